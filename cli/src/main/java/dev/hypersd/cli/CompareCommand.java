package dev.hypersd.cli;

import dev.hypersd.evaluation.ComparedMethod;
import dev.hypersd.evaluation.Comparison;
import dev.hypersd.evaluation.Evaluation;
import dev.hypersd.evaluation.EvaluationResult;
import dev.hypersd.evaluation.ImageSource;
import dev.hypersd.evaluation.Judges;
import dev.hypersd.evaluation.ReferenceImages;
import dev.hypersd.evaluation.TestPrompt;
import dev.hypersd.file.Draft;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.recipe.ComparisonRecipe;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.scene.ContactSheet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hypersd compare}: methods side by side. */
@Command(
        name = "compare",
        description = "Draw test prompts by every method of a recipe, have the pictures judged, and write a table and "
                + "sheets of pictures. What was judged is not drawn again in a later run.",
        footer = {"", "Examples:", "  hypersd compare recipes/mini/compare.yaml"})
final class CompareCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Use another value for a key of the recipe, such as prompts=100. Can be given several times.")
    private List<String> changes = new ArrayList<>();

    @Override
    public void run() {
        ComparisonRecipe recipe = ComparisonRecipe.read(file, changes);
        ComparedMethod first = recipe.methods().getFirst();
        try (Judges judges = Judges.open(recipe.judges());
                DiffusionPipeline pipeline = DiffusionPipeline.load(
                        new ModelSource(recipe.model()),
                        first.request(first.steps().getFirst()))) {
            Comparison comparison = compare(recipe, judges, pipeline);
            Draft.write(recipe.output().resolve("table.md"), comparison.markdown());
            Draft.write(recipe.output().resolve("results.json"), comparison.json());
            if (!recipe.samplePrompts().isEmpty()) {
                draw(recipe, pipeline);
            }
            spec.commandLine().getOut().print(comparison.markdown());
        }
    }

    private Comparison compare(ComparisonRecipe recipe, Judges judges, DiffusionPipeline pipeline) {
        List<TestPrompt> prompts = TestPrompt.range(0, recipe.prompts());
        PrintWriter err = spec.commandLine().getErr();
        Path output = recipe.output();
        ModelSource source = new ModelSource(recipe.model());
        ReferenceImages references = new Evaluation(
                        judges, prompts, recipe.diversityPrompts(), recipe.batch(), 0, Optional.empty())
                .references(
                        "%s, fingerprint %s".formatted(recipe.model(), PictureFingerprint.of(source)),
                        pipeline::reconstruct,
                        output.resolve("references"),
                        left -> {});
        List<Comparison.Row> rows = new ArrayList<>();
        for (ComparedMethod method : recipe.methods()) {
            for (int steps : method.steps()) {
                List<EvaluationResult> results = new ArrayList<>();
                for (int seed : recipe.seeds()) {
                    err.println("%s, %d steps, seed %d".formatted(method.name(), steps, seed));
                    ImageSource teacher = teacher(recipe, pipeline, seed);
                    results.add(new Evaluation(
                                    judges,
                                    prompts,
                                    recipe.diversityPrompts(),
                                    recipe.batch(),
                                    seed,
                                    Optional.of(teacher))
                            .of(
                                    "%s, %s, fingerprint %s beside %s"
                                            .formatted(
                                                    recipe.model(),
                                                    method.subject(steps),
                                                    PictureFingerprint.of(source, method.request(steps)),
                                                    teacherFingerprint(recipe)),
                                    isTeacher(recipe, method, steps)
                                            ? teacher
                                            : ImageSource.of(pipeline, method.request(steps)),
                                    references,
                                    output.resolve(method.folder(steps)).resolve("seed-" + seed),
                                    left -> {}));
                }
                rows.add(new Comparison.Row(method.name(), steps, results));
            }
        }
        return new Comparison(rows, references.reconstruction(), references.groundTruth());
    }

    private static String teacherFingerprint(ComparisonRecipe recipe) {
        ComparedMethod first = recipe.methods().getFirst();
        return PictureFingerprint.of(
                new ModelSource(recipe.model()), first.request(first.steps().getFirst()));
    }

    private static boolean isTeacher(ComparisonRecipe recipe, ComparedMethod method, int steps) {
        ComparedMethod first = recipe.methods().getFirst();
        return method.equals(first) && steps == first.steps().getFirst();
    }

    /** The first method in its first number of steps, whose trajectories all are compared with. */
    private static ImageSource teacher(ComparisonRecipe recipe, DiffusionPipeline pipeline, int seed) {
        ComparedMethod first = recipe.methods().getFirst();
        int steps = first.steps().getFirst();
        return ImageSource.of(pipeline, first.request(steps))
                .cachedIn(recipe.output()
                        .resolve(first.folder(steps))
                        .resolve("seed-%d/pictures-%s".formatted(seed, teacherFingerprint(recipe))));
    }

    /**
     * For each number of steps a sheet, with a row for each caption and a column for each method; a row has one noise.
     */
    private static void draw(ComparisonRecipe recipe, DiffusionPipeline pipeline) {
        SortedSet<Integer> counts = new TreeSet<>();
        recipe.methods().forEach(method -> counts.addAll(method.steps()));
        for (int steps : counts) {
            List<ComparedMethod> some = recipe.methods().stream()
                    .filter(method -> method.steps().contains(steps))
                    .toList();
            List<ContactSheet.Entry> entries = new ArrayList<>();
            for (int row = 0; row < recipe.samplePrompts().size(); row++) {
                for (ComparedMethod method : some) {
                    String caption = recipe.samplePrompts().get(row);
                    ImageRequest request = method.request(steps).toBuilder()
                            .prompts(List.of(Prompt.of(caption)))
                            .seed(row)
                            .build();
                    GeneratedImage picture = pipeline.generate(request).getFirst();
                    String text = row == 0 ? method.name() + ": " + caption : caption;
                    entries.add(new ContactSheet.Entry(picture.image(), text));
                }
            }
            ContactSheet.of(entries, some.size()).write(recipe.output().resolve("pictures-%d.png".formatted(steps)));
        }
    }
}
