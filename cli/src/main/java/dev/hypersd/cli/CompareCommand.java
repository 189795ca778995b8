package dev.hypersd.cli;

import dev.hypersd.evaluation.Comparison;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.Evaluation;
import dev.hypersd.evaluation.Figures;
import dev.hypersd.evaluation.Generator;
import dev.hypersd.evaluation.KeptPictures;
import dev.hypersd.evaluation.Panel;
import dev.hypersd.evaluation.References;
import dev.hypersd.evaluation.Standing;
import dev.hypersd.evaluation.TestPrompt;
import dev.hypersd.file.Draft;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.ImageRequest;
import dev.hypersd.pipeline.Prompt;
import dev.hypersd.recipe.ComparisonRecipe;
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
        description =
                "Draw test prompts by every method of a recipe, have the pictures judged, and write a table and sheets of pictures. What was judged is not drawn again in a later run.",
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
        Contestant first = recipe.contestants().getFirst();
        try (Panel panel = Panel.open(recipe.judges());
                DiffusionPipeline pipeline = DiffusionPipeline.load(
                        recipe.model(),
                        LoadOptions.DEFAULT,
                        first.request(first.steps().getFirst()))) {
            Comparison comparison = compare(recipe, panel, pipeline);
            Draft.write(recipe.output().resolve("table.md"), comparison.markdown());
            Draft.write(recipe.output().resolve("figures.json"), comparison.json());
            if (!recipe.shown().isEmpty()) {
                draw(recipe, pipeline);
            }
            spec.commandLine().getOut().print(comparison.markdown());
        }
    }

    private Comparison compare(ComparisonRecipe recipe, Panel panel, DiffusionPipeline pipeline) {
        List<TestPrompt> prompts = TestPrompt.range(0, recipe.prompts());
        PrintWriter err = spec.commandLine().getErr();
        Path output = recipe.output();
        References references = new Evaluation(panel, prompts, recipe.repeated(), recipe.batch(), 0, Optional.empty())
                .references(recipe.model().toString(), pipeline::reconstruct, output.resolve("references"), left -> {});
        List<Standing> standings = new ArrayList<>();
        for (Contestant contestant : recipe.contestants()) {
            for (int steps : contestant.steps()) {
                List<Figures> figures = new ArrayList<>();
                for (int seed : recipe.seeds()) {
                    err.println("%s, %d steps, seed %d".formatted(contestant.name(), steps, seed));
                    Generator teacher = teacher(recipe, pipeline, seed);
                    figures.add(new Evaluation(
                                    panel, prompts, recipe.repeated(), recipe.batch(), seed, Optional.of(teacher))
                            .of(
                                    "%s, %s".formatted(recipe.model(), contestant.subject(steps)),
                                    isTeacher(recipe, contestant, steps)
                                            ? teacher
                                            : Generator.of(pipeline, contestant.request(steps)),
                                    references,
                                    output.resolve(contestant.folder(steps)).resolve("seed-" + seed),
                                    left -> {}));
                }
                standings.add(new Standing(contestant.name(), steps, figures));
            }
        }
        return new Comparison(standings, references.autoencoder(), references.data());
    }

    private static boolean isTeacher(ComparisonRecipe recipe, Contestant contestant, int steps) {
        Contestant first = recipe.contestants().getFirst();
        return contestant.equals(first) && steps == first.steps().getFirst();
    }

    /** The first method in its first number of steps, whose trajectories all are compared with. */
    private static Generator teacher(ComparisonRecipe recipe, DiffusionPipeline pipeline, int seed) {
        Contestant first = recipe.contestants().getFirst();
        int steps = first.steps().getFirst();
        return new KeptPictures(
                Generator.of(pipeline, first.request(steps)),
                recipe.output().resolve(first.folder(steps)).resolve("seed-%d/pictures".formatted(seed)));
    }

    /** For each number of steps a sheet, with a row for each caption and a column for each method; a row has one noise. */
    private static void draw(ComparisonRecipe recipe, DiffusionPipeline pipeline) {
        SortedSet<Integer> counts = new TreeSet<>();
        recipe.contestants().forEach(contestant -> counts.addAll(contestant.steps()));
        for (int steps : counts) {
            List<Contestant> some = recipe.contestants().stream()
                    .filter(contestant -> contestant.steps().contains(steps))
                    .toList();
            List<ContactSheet.Entry> entries = new ArrayList<>();
            for (int row = 0; row < recipe.shown().size(); row++) {
                for (Contestant contestant : some) {
                    String caption = recipe.shown().get(row);
                    ImageRequest request = contestant
                            .request(steps)
                            .withPrompts(List.of(Prompt.of(caption)))
                            .withImages(1, row);
                    GeneratedImage picture = pipeline.generate(request).getFirst();
                    String text = row == 0 ? contestant.name() + ": " + caption : caption;
                    entries.add(new ContactSheet.Entry(picture.image(), text));
                }
            }
            ContactSheet.of(entries, some.size()).write(recipe.output().resolve("pictures-%d.png".formatted(steps)));
        }
    }
}
