package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import dev.hypersd.request.PromptFile.Entry;
import dev.hypersd.request.PromptTags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The prompts of an evaluation: captions of test scenes, or those of a file.
 *
 * @param source {@code test}, or the file
 * @param captions how captions were chosen, for a file of images with several captions each
 * @param prompts the prompts, in the order in which they are drawn
 * @param warnings sentences about irregularities of the file
 */
public record PromptSet(
        String source, Optional<CaptionChoice> captions, List<TestPrompt> prompts, List<String> warnings) {
    private static final Pattern SCENES = Pattern.compile("test:([1-9]\\d{0,6})");
    private static final String TEST = "test";
    private static final int DIGITS = 16;
    private static final int SHOWN_TAGS = 5;

    private static final List<Option<String>> TEXTS =
            List.of(Option.PROMPT, Option.NEGATIVE_PROMPT, Option.PROMPT_2, Option.NEGATIVE_PROMPT_2);

    public PromptSet {
        prompts = List.copyOf(prompts);
        warnings = List.copyOf(warnings);
    }

    /** Returns the captions of the first {@code count} test scenes. */
    public static PromptSet scenes(int count) {
        return new PromptSet(TEST, Optional.empty(), TestPrompt.range(0, count), List.of());
    }

    /**
     * Returns the prompts that {@code text} names: {@code test:1000} for the first thousand captions of test scenes,
     * {@code FILE} for all prompts of a file and {@code FILE:1000} for its first thousand, see {@link PromptFile}.
     *
     * @param captions how captions are chosen, for files of images with several captions each
     * @throws InvalidRequestException if there are no captions to choose from, or the text is neither
     * @throws dev.hypersd.error.InvalidFileException if the file cannot be read or is invalid
     */
    public static PromptSet named(String text, Optional<CaptionChoice> captions) {
        Matcher scenes = SCENES.matcher(text);
        if (!scenes.matches()) {
            return of(PromptFile.named(checked(text), captions));
        }
        captions.ifPresent(choice -> {
            throw new InvalidRequestException(
                    "test scenes have one caption each: leave out the choice \"%s\"".formatted(choice));
        });
        return scenes(Integer.parseInt(scenes.group(1)));
    }

    /** Returns whether a text names test scenes, not a file. */
    public static boolean areScenes(String text) {
        return SCENES.matcher(text).matches();
    }

    private static String checked(String text) {
        if (text.contains(".") || Files.exists(Path.of(text.replaceFirst(":\\d+$", "")))) {
            return text;
        }
        throw new InvalidRequestException(
                "\"%s\" names no prompts: there is no such file; name a file, or write test: and a number, for example "
                                .formatted(text)
                        + "test:1000");
    }

    /** Returns all prompts of {@code file}. */
    public static PromptSet of(PromptFile file) {
        List<Entry> entries = file.entries();
        List<TestPrompt> prompts = IntStream.range(0, entries.size())
                .mapToObj(i -> new TestPrompt(
                        i,
                        counted(entries.get(i).options()),
                        Optional.empty(),
                        entries.get(i).image()))
                .toList();
        List<String> warnings = new ArrayList<>(file.warnings());
        String unused = Option.all().stream()
                .filter(option -> !TestPrompt.COUNTED.contains(option))
                .filter(option ->
                        entries.stream().anyMatch(entry -> entry.options().has(option)))
                .map(Option::key)
                .collect(Collectors.joining(", "));
        if (!unused.isEmpty()) {
            warnings.add("%s: the methods determine how pictures are drawn; these keys have no effect: %s"
                    .formatted(file.path(), unused));
        }
        String tags = entries.stream()
                .flatMap(entry -> TEXTS.stream().flatMap(text -> entry.options().get(text).stream()))
                .flatMap(text -> PromptTags.in(text).stream())
                .distinct()
                .limit(SHOWN_TAGS)
                .collect(Collectors.joining(", "));
        if (!tags.isEmpty()) {
            warnings.add("%s: the methods determine the LoRAs; those that prompts name have no effect: %s"
                    .formatted(file.path(), tags));
        }
        if (file.repeated() > 0) {
            warnings.add("%s: %d of the %d prompts repeat earlier ones; each is drawn from a seed of its own"
                    .formatted(file.path(), file.repeated(), entries.size()));
        }
        return new PromptSet(file.path().toString(), file.captions(), prompts, warnings);
    }

    private static GenerationOptions counted(GenerationOptions said) {
        GenerationOptions.Builder options = said.toBuilder();
        Option.all().stream()
                .filter(option -> !TestPrompt.COUNTED.contains(option))
                .forEach(options::unset);
        TEXTS.forEach(text -> said.get(text).map(PromptTags::without).ifPresent(prompt -> options.set(text, prompt)));
        return options.build();
    }

    /**
     * Returns captions as prompts, each once.
     *
     * @param source the name of the data set that they are of
     */
    public static PromptSet captions(String source, List<String> captions) {
        List<String> different = captions.stream().distinct().toList();
        List<TestPrompt> prompts = IntStream.range(0, different.size())
                .mapToObj(i ->
                        new TestPrompt(i, GenerationOptions.of(different.get(i)), Optional.empty(), Optional.empty()))
                .toList();
        return new PromptSet("captions of " + source, Optional.empty(), prompts, List.of());
    }

    /** Returns whether the prompts are captions of test scenes, whose attributes are known. */
    public boolean areScenes() {
        return prompts.stream().allMatch(prompt -> prompt.scene().isPresent());
    }

    /** Returns the first {@code count} prompts. */
    public PromptSet first(int count) {
        return new PromptSet(source, captions, prompts.subList(0, Math.min(count, prompts.size())), warnings);
    }

    /** Returns a hash of the prompts, in 16 hexadecimal digits, that does not depend on their source. */
    public String fingerprint() {
        Fingerprint all = new Fingerprint();
        prompts.forEach(prompt -> all.add(prompt.options().toJson() + "\n"));
        return all.digits(DIGITS);
    }

    /**
     * Returns a description for reports, such as {@code captions_val2017.json, captions first, 5000 prompts,
     * fingerprint 0123456789abcdef}.
     */
    @Override
    public String toString() {
        return "%s%s, %d prompts, fingerprint %s"
                .formatted(
                        source,
                        captions.map(choice -> ", captions " + choice).orElse(""),
                        prompts.size(),
                        fingerprint());
    }
}
