package dev.hypersd.recipe;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.section.Section;
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
 * @param output the folder of the judgements, the table and the sheets of pictures
 * @param prompts what is drawn
 * @param batch the number of pictures that are drawn at once
 * @param diversityPrompts the number of prompts that are drawn four times, to measure the diversity
 * @param seeds the seeds of the pictures; every method draws all prompts from each of them
 * @param samplePrompts the captions of the sheets, which every method draws
 * @param contestants the methods in each of their numbers of steps, as the recipe lists them
 * @param baseline the contestant that all are compared with, one of {@code contestants}
 * @param keepsPictures whether the pictures are kept as files
 */
public record ComparisonRecipe(
        Optional<Path> judges,
        Path output,
        PromptSource prompts,
        int batch,
        int diversityPrompts,
        List<Integer> seeds,
        List<String> samplePrompts,
        List<Contestant> contestants,
        Contestant baseline,
        boolean keepsPictures) {
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

    public ComparisonRecipe {
        seeds = List.copyOf(seeds);
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
        Section root = new Section(RecipeFile.read(file, changes));
        Path folder = root.optionalPath("weights").orElse(Path.of(""));
        List<Contestant> contestants = contestants(root, folder);
        ComparisonRecipe recipe = new ComparisonRecipe(
                root.optionalPath("judges").map(folder::resolve),
                root.path("output"),
                prompts(root, folder),
                root.count("batch", 8, 1),
                root.count("diversity_prompts", 50, 0),
                root.counts("seeds", List.of(0)),
                root.texts("sample_prompts"),
                contestants,
                baseline(root, contestants),
                root.flag("pictures", false));
        if (recipe.seeds.isEmpty()) {
            throw root.invalid("seeds", "is empty; name at least one");
        }
        root.refuseUnread();
        return recipe;
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
