package dev.hypersd.recipe;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.ComparisonRun.Settings;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.evaluation.StoppingRule;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.section.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A checked recipe that compares methods.
 *
 * @param judges the folder of the judges; absent means those that come with the program
 * @param required the folders of judges that must be in {@code judges}; the others are used if they are there
 * @param output the folder of the judgements, the table and the sheets of pictures
 * @param prompts what is drawn
 * @param settings how methods are compared
 * @param samplePrompts the captions of the sheets, which every method draws
 * @param contestants the methods in each of their numbers of steps, as the recipe lists them
 * @param baseline the contestant that all are compared with, one of {@code contestants}
 */
public record ComparisonRecipe(
        Optional<Path> judges,
        List<String> required,
        Path output,
        PromptSource prompts,
        Settings settings,
        List<String> samplePrompts,
        List<Contestant> contestants,
        Contestant baseline) {
    /**
     * The name of a set of prompts, which is read later.
     *
     * @param name {@code test:N}, {@code FILE} or {@code FILE:N}
     * @param captions how captions are chosen, if there are several for each image
     */
    public record PromptSource(String name, Optional<CaptionChoice> captions) {
        /** Reads the prompts; throws as {@link PromptSet#named} does. */
        public PromptSet read() {
            return PromptSet.named(name, captions);
        }
    }

    private static final String PROMPTS = "prompts";
    private static final String METHODS = "methods";
    private static final String STOP_WHEN_CLEAR = "stop_when_clear";

    public ComparisonRecipe {
        required = List.copyOf(required);
        samplePrompts = List.copyOf(samplePrompts);
        contestants = List.copyOf(contestants);
    }

    /**
     * Reads a recipe. Files of models, pictures and prompts are not opened.
     *
     * @param changes changes of the form {@code path.to.key=value}
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    public static ComparisonRecipe read(Path file, List<String> changes) {
        return whole(RecipeFile.read(file, changes));
    }

    /** Makes a recipe of {@code changes} alone, as {@link #read} does of a file and changes. */
    public static ComparisonRecipe of(List<String> changes) {
        return whole(RecipeFile.of(changes));
    }

    private static ComparisonRecipe whole(JsonObject keys) {
        Section root = new Section(keys);
        ComparisonRecipe recipe = of(root);
        root.refuseUnread();
        return recipe;
    }

    /** Reads the keys of a comparison, which may not be all. */
    static ComparisonRecipe of(Section root) {
        Path folder = root.optionalPath("weights").orElse(Path.of(""));
        List<Contestant> contestants = contestants(root, folder);
        ComparisonRecipe recipe = new ComparisonRecipe(
                root.optionalPath("judges").map(folder::resolve),
                root.texts("required_judges"),
                root.path("output"),
                prompts(root, folder),
                settings(root, folder),
                root.texts("sample_prompts"),
                contestants,
                baseline(root, contestants));
        return recipe;
    }

    /** Returns the required judges that are not in the folder of judges. */
    public List<Path> missingJudges() {
        return judges.stream()
                .flatMap(folder -> required.stream().map(folder::resolve))
                .filter(folder -> !Files.isDirectory(folder))
                .toList();
    }

    private static Settings settings(Section root, Path folder) {
        List<Long> seeds = root.counts("seeds", List.of(0)).stream()
                .map(Integer::longValue)
                .toList();
        if (seeds.isEmpty()) {
            throw root.invalid("seeds", "is empty; name at least one");
        }
        return new Settings(
                root.count("batch", 8, 1),
                root.count("diversity_prompts", 50, 0),
                seeds,
                root.flag("pictures", false),
                root.flag("teacher", !root.isText(PROMPTS) || PromptSet.areScenes(root.text(PROMPTS))),
                root.optionalPath("reference").map(folder::resolve),
                stopping(root));
    }

    /** {@code stop_when_clear} is true or false, or a section that says how. */
    private static Optional<StoppingRule> stopping(Section root) {
        if (!root.isSection(STOP_WHEN_CLEAR)) {
            return root.flag(STOP_WHEN_CLEAR, false) ? Optional.of(StoppingRule.USUAL) : Optional.empty();
        }
        Section section = root.section(STOP_WHEN_CLEAR);
        StoppingRule rule = new StoppingRule(
                section.number("level", StoppingRule.USUAL.level(), 1e-6, 0.5),
                section.count("looks", StoppingRule.USUAL.looks(), 2),
                section.texts("figures"));
        section.refuseUnread();
        return Optional.of(rule);
    }

    private static List<Contestant> contestants(Section root, Path folder) {
        Optional<Path> model = root.optionalPath("model").map(folder::resolve);
        Section defaults = root.section("defaults");
        List<Contestant> contestants = new ArrayList<>();
        root.sections(METHODS)
                .forEach(own -> contestants.addAll(new MethodSection(own, defaults, folder).contestants(model)));
        if (contestants.isEmpty()) {
            throw root.invalid(METHODS, "is missing or empty; name at least one");
        }
        Set<String> folders = new HashSet<>();
        for (Contestant contestant : contestants) {
            if (!folders.add(contestant.folder())) {
                throw root.invalid(
                        METHODS,
                        "has \"%s\" in %d steps twice; give them different names"
                                .formatted(contestant.name(), contestant.steps()));
            }
        }
        return contestants;
    }

    private static Contestant baseline(Section root, List<Contestant> contestants) {
        if (!root.has("baseline")) {
            return contestants.getFirst();
        }
        String name = root.text("baseline");
        return contestants.stream()
                .filter(contestant -> contestant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> root.invalid("baseline", "is \"%s\", which no method is called".formatted(name)));
    }

    private static PromptSource prompts(Section root, Path folder) {
        if (!root.isText(PROMPTS)) {
            return new PromptSource("test:" + root.count(PROMPTS, 1000, 2), Optional.empty());
        }
        String name = root.text(PROMPTS);
        try {
            Optional<CaptionChoice> captions =
                    root.has("captions") ? Optional.of(CaptionChoice.parse(root.text("captions"))) : Optional.empty();
            return new PromptSource(
                    PromptSet.areScenes(name) ? name : folder.resolve(name).toString(), captions);
        } catch (InvalidRequestException e) {
            throw root.invalid("captions", "is wrong: " + e.getMessage());
        }
    }
}
