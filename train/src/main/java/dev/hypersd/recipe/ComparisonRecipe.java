package dev.hypersd.recipe;

import dev.hypersd.evaluation.Contestant;
import dev.hypersd.pipeline.LoraWeight;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import java.nio.file.Path;
import java.util.List;

/**
 * Which methods to compare, and how, checked.
 *
 * @param model that all of them draw with
 * @param judges the folder of the judges
 * @param output where judgements, the table and pictures go
 * @param prompts how many test prompts
 * @param batch pictures that are drawn at once
 * @param repeated prompts that are drawn several times, to see how different their pictures are
 * @param seeds of the pictures, one run each
 * @param shown captions that are drawn by every method
 */
public record ComparisonRecipe(
        Path model,
        Path judges,
        Path output,
        int prompts,
        int batch,
        int repeated,
        List<Integer> seeds,
        List<String> shown,
        List<Contestant> contestants) {
    private static final double MOST_GUIDANCE = 30;

    public ComparisonRecipe {
        seeds = List.copyOf(seeds);
        shown = List.copyOf(shown);
        contestants = List.copyOf(contestants);
    }

    /**
     * Reads a recipe.
     *
     * @param changes {@code path.to.key=value}
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    public static ComparisonRecipe read(Path file, List<String> changes) {
        Section root = new Section(RecipeFile.read(file, changes));
        ComparisonRecipe recipe = new ComparisonRecipe(
                root.path("model"),
                root.path("judges"),
                root.path("output"),
                root.count("prompts", 1000, 2),
                root.count("batch", 8, 1),
                root.count("repeated", 50, 1),
                root.counts("seeds", List.of(0)),
                root.texts("shown"),
                root.sections("methods").stream()
                        .map(ComparisonRecipe::contestant)
                        .toList());
        if (recipe.contestants.isEmpty()) {
            throw root.invalid("methods", "is missing or empty; name at least one");
        }
        if (recipe.seeds.isEmpty()) {
            throw root.invalid("seeds", "is empty; name at least one");
        }
        root.refuseUnread();
        return recipe;
    }

    private static Contestant contestant(Section section) {
        Sampler sampler = Samplers.named(section.has("sampler") ? section.text("sampler") : "ddim");
        Contestant contestant = new Contestant(
                section.text("name"),
                section.texts("loras").stream()
                        .map(file -> new LoraWeight(Path.of(file), section.number("weight", 1, -10, 10)))
                        .toList(),
                section.has("eta") ? sampler.withEta(section.number("eta", 0, 0, 1)) : sampler,
                section.number("guidance", 1, 0, MOST_GUIDANCE),
                section.counts("steps", List.of()));
        if (contestant.steps().isEmpty() || contestant.steps().stream().anyMatch(count -> count < 1)) {
            throw section.invalid("steps", "is %s; name one or more numbers of steps".formatted(contestant.steps()));
        }
        section.refuseUnread();
        return contestant;
    }
}
