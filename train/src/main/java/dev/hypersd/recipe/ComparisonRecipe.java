package dev.hypersd.recipe;

import dev.hypersd.evaluation.ComparedMethod;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.section.Section;
import java.nio.file.Path;
import java.util.List;

/**
 * A recipe that compares methods, checked.
 *
 * @param model the model that all methods draw with
 * @param judges the folder of the judges
 * @param output the folder of the judgements, the table and the sheets of pictures
 * @param prompts the number of test prompts
 * @param batch the number of pictures that are drawn at once
 * @param diversityPrompts the number of prompts that are drawn four times, to measure the diversity
 * @param seeds the seeds of the pictures; every method draws all prompts from each of them
 * @param samplePrompts the captions of the sheets, which every method draws
 * @param methods the methods that are compared; the first one in the first of its numbers of steps is the teacher
 */
public record ComparisonRecipe(
        Path model,
        Path judges,
        Path output,
        int prompts,
        int batch,
        int diversityPrompts,
        List<Integer> seeds,
        List<String> samplePrompts,
        List<ComparedMethod> methods) {
    private static final double MOST_GUIDANCE = 30;

    public ComparisonRecipe {
        seeds = List.copyOf(seeds);
        samplePrompts = List.copyOf(samplePrompts);
        methods = List.copyOf(methods);
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
                root.count("diversity_prompts", 50, 1),
                root.counts("seeds", List.of(0)),
                root.texts("sample_prompts"),
                root.sections("methods").stream().map(ComparisonRecipe::method).toList());
        if (recipe.methods.isEmpty()) {
            throw root.invalid("methods", "is missing or empty; name at least one");
        }
        if (recipe.seeds.isEmpty()) {
            throw root.invalid("seeds", "is empty; name at least one");
        }
        root.refuseUnread();
        return recipe;
    }

    private static ComparedMethod method(Section section) {
        GenerationOptions.Builder options = GenerationOptions.builder()
                .guidance(section.number("guidance", 1, 0, MOST_GUIDANCE))
                .set(
                        Option.LORAS,
                        section.texts("loras").stream()
                                .map(file -> LoraReference.of(file, section.number("weight", 1, -10, 10)))
                                .toList());
        if (section.has("sampler")) {
            options.sampler(section.text("sampler"));
        }
        if (section.has("eta")) {
            options.eta(section.number("eta", 0, 0, 1));
        }
        ComparedMethod method =
                new ComparedMethod(section.text("name"), options.build(), section.counts("steps", List.of()));
        if (method.steps().isEmpty() || method.steps().stream().anyMatch(count -> count < 1)) {
            throw section.invalid("steps", "is %s; name one or more numbers of steps".formatted(method.steps()));
        }
        section.refuseUnread();
        return method;
    }
}
