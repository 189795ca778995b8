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
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.TargetModel;
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

    /** A method in one number of steps, and what it asks the model for. */
    private record Entry(ComparedMethod method, int steps, ImageRequest request) {
        String folder() {
            return method.folder(steps);
        }
    }

    @Override
    public void run() {
        ComparisonRecipe recipe = ComparisonRecipe.read(file, changes);
        ModelSource source = new ModelSource(recipe.model());
        List<Entry> entries = entries(recipe, source);
        try (Judges judges = Judges.open(recipe.judges());
                DiffusionPipeline pipeline =
                        DiffusionPipeline.load(source, entries.getFirst().request())) {
            Comparison comparison = compare(recipe, entries, judges, source, pipeline);
            Draft.write(recipe.output().resolve("table.md"), comparison.markdown());
            Draft.write(recipe.output().resolve("results.json"), comparison.json());
            if (!recipe.samplePrompts().isEmpty()) {
                draw(recipe, entries, pipeline);
            }
            spec.commandLine().getOut().print(comparison.markdown());
        }
    }

    /**
     * Returns the methods in each of their numbers of steps, as the recipe lists them; the first one is the teacher.
     */
    private List<Entry> entries(ComparisonRecipe recipe, ModelSource source) {
        Warnings warnings = new Warnings(spec.commandLine().getErr());
        TargetModel model = TargetModel.of(source);
        List<Entry> entries = new ArrayList<>();
        for (ComparedMethod method : recipe.methods()) {
            for (int steps : method.steps()) {
                ResolvedOptions resolved = method.resolve(steps, model);
                resolved.warnings().forEach(warnings::say);
                entries.add(new Entry(method, steps, resolved.request()));
            }
        }
        return entries;
    }

    private Comparison compare(
            ComparisonRecipe recipe,
            List<Entry> entries,
            Judges judges,
            ModelSource source,
            DiffusionPipeline pipeline) {
        List<TestPrompt> prompts = TestPrompt.range(0, recipe.prompts());
        PrintWriter err = spec.commandLine().getErr();
        Path output = recipe.output();
        ReferenceImages references = new Evaluation(
                        judges, prompts, recipe.diversityPrompts(), recipe.batch(), 0, Optional.empty())
                .references(
                        "%s, fingerprint %s".formatted(recipe.model(), PictureFingerprint.of(source)),
                        pipeline::reconstruct,
                        output.resolve("references"),
                        left -> {});
        Entry first = entries.getFirst();
        String teacherFingerprint = PictureFingerprint.of(source, first.request());
        List<Comparison.Row> rows = new ArrayList<>();
        for (Entry entry : entries) {
            List<EvaluationResult> results = new ArrayList<>();
            for (int seed : recipe.seeds()) {
                err.println("%s, %d steps, seed %d".formatted(entry.method().name(), entry.steps(), seed));
                // The pictures of the first method, whose trajectories all are compared with.
                ImageSource teacher = ImageSource.of(pipeline, first.request())
                        .cachedIn(output.resolve(first.folder())
                                .resolve("seed-%d/pictures-%s".formatted(seed, teacherFingerprint)));
                results.add(new Evaluation(
                                judges, prompts, recipe.diversityPrompts(), recipe.batch(), seed, Optional.of(teacher))
                        .of(
                                "%s, %s, fingerprint %s beside %s"
                                        .formatted(
                                                recipe.model(),
                                                ComparedMethod.subject(entry.request()),
                                                PictureFingerprint.of(source, entry.request()),
                                                teacherFingerprint),
                                entry.equals(first) ? teacher : ImageSource.of(pipeline, entry.request()),
                                references,
                                output.resolve(entry.folder()).resolve("seed-" + seed),
                                left -> {}));
            }
            rows.add(new Comparison.Row(entry.method().name(), entry.steps(), results));
        }
        return new Comparison(rows, references.reconstruction(), references.groundTruth());
    }

    /**
     * For each number of steps a sheet, with a row for each caption and a column for each method; a row has one noise.
     */
    private static void draw(ComparisonRecipe recipe, List<Entry> entries, DiffusionPipeline pipeline) {
        SortedSet<Integer> counts = new TreeSet<>();
        entries.forEach(entry -> counts.add(entry.steps()));
        for (int steps : counts) {
            List<Entry> some =
                    entries.stream().filter(entry -> entry.steps() == steps).toList();
            List<ContactSheet.Entry> pictures = new ArrayList<>();
            for (int row = 0; row < recipe.samplePrompts().size(); row++) {
                for (Entry entry : some) {
                    String caption = recipe.samplePrompts().get(row);
                    ImageRequest request = entry.request().toBuilder()
                            .prompts(List.of(Prompt.of(caption)))
                            .seed(row)
                            .build();
                    GeneratedImage picture = pipeline.generate(request).getFirst();
                    String text = row == 0 ? entry.method().name() + ": " + caption : caption;
                    pictures.add(new ContactSheet.Entry(picture.image(), text));
                }
            }
            ContactSheet.of(pictures, some.size()).write(recipe.output().resolve("pictures-%d.png".formatted(steps)));
        }
    }
}
