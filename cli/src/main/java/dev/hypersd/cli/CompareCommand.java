package dev.hypersd.cli;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.evaluation.Comparison;
import dev.hypersd.evaluation.ComparisonRun;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.DryRun;
import dev.hypersd.evaluation.Judges;
import dev.hypersd.evaluation.LoadedModel;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.evaluation.Share;
import dev.hypersd.file.Draft;
import dev.hypersd.file.FolderLock;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.pipeline.GeneratedImage;
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
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The command {@code hypersd compare}, which compares methods of drawing. */
@Command(
        name = "compare",
        description = "Draw test prompts by every method of a recipe, have the pictures judged, and write a table and "
                + "sheets of pictures. What was judged is not drawn again in a later run.",
        footer = {
            "",
            "Examples:",
            "  hypersd compare recipes/mini/compare.yaml",
            "  hypersd compare --set model=sd15 --set judges=judges --set prompts=captions.json:500 --set output=out "
                    + "--set 'methods=[{name: base, sampler: ddim, steps: 25, guidance: 7.5}, {name: LCM, "
                    + "loras: [lcm-lora-sdv1-5.safetensors], steps: 4}]'",
        })
final class CompareCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Main main;

    @Mixin
    private final RecipeOptions recipeOptions = new RecipeOptions();

    @Option(
            names = "--dry-run",
            description = "Draw nothing: say which files are missing, how long it would take here and how much memory. "
                    + "Ends with 1 if anything is missing.")
    private boolean isDryRun;

    @Option(
            names = "--share",
            paramLabel = "NUMBER/COUNT",
            description = "Draw and judge one of several equal shares of the prompts by every method, such as 3/8, and "
                    + "make no table; others may do theirs at the same time. The same command without --share takes up "
                    + "all of them.")
    private Optional<String> share = Optional.empty();

    @Override
    public Integer call() {
        ComparisonRecipe recipe = recipeOptions.read(ComparisonRecipe::read, ComparisonRecipe::of);
        if (isDryRun) {
            DryRun dryRun = dryRun(recipe);
            spec.commandLine().getOut().println(dryRun.describe());
            return dryRun.missing().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
        run(recipe);
        return ExitCode.OK;
    }

    private static DryRun dryRun(ComparisonRecipe recipe) {
        List<String> missing = new ArrayList<>();
        recipe.missingJudges().forEach(judge -> missing.add(judge + " (judge)"));
        int prompts = 0;
        try {
            prompts = recipe.prompts().read().prompts().size();
        } catch (HyperSdException e) {
            missing.add(e.getMessage() + " (prompts)");
        }
        return DryRun.of(recipe.contestants(), recipe.settings(), prompts, missing);
    }

    private void run(ComparisonRecipe recipe) {
        recipe.missingJudges().stream().findFirst().ifPresent(judge -> {
            throw new InvalidFileException(judge, "is missing; the recipe asks for this judge");
        });
        PromptSet prompts = recipe.prompts().read();
        Warnings warnings = new Warnings(spec.commandLine().getErr());
        prompts.warnings().forEach(warnings::say);
        recipe.contestants().forEach(contestant -> contestant.warnings().forEach(warnings::say));
        PrintWriter err = spec.commandLine().getErr();
        Optional<Share> own = share.map(Share::parse);
        Path folder =
                own.map(one -> ComparisonRun.shareFolder(recipe.output(), one)).orElse(recipe.output());
        try (Judges judges = Judges.open(recipe.judges().orElseGet(EmbeddedModel::judges));
                FolderLock _ = FolderLock.of(folder);
                LoadedModel models = new LoadedModel()) {
            ComparisonRun run = new ComparisonRun(
                    recipe.contestants(),
                    recipe.baseline(),
                    prompts,
                    recipe.settings(),
                    judges,
                    models,
                    recipe.output(),
                    main.statistics());
            if (own.isPresent()) {
                run.judge(own.get(), err::println);
                spec.commandLine().getOut().println(folder);
                return;
            }
            Comparison comparison = run.run(Version.text(), err::println);
            Draft.write(recipe.output().resolve("table.md"), comparison.markdown());
            Draft.write(recipe.output().resolve("results.json"), comparison.json());
            if (!recipe.samplePrompts().isEmpty()) {
                draw(recipe, models);
            }
            spec.commandLine().getOut().print(comparison.markdown());
        }
    }

    /**
     * Draws a sheet for each number of steps, with a row for each caption, drawn from one noise, and a column for each
     * method.
     */
    private static void draw(ComparisonRecipe recipe, LoadedModel models) {
        SortedSet<Integer> counts = new TreeSet<>();
        recipe.contestants().forEach(contestant -> counts.add(contestant.steps()));
        for (int steps : counts) {
            List<Contestant> some = recipe.contestants().stream()
                    .filter(contestant -> contestant.steps() == steps)
                    .toList();
            List<ContactSheet.Entry> pictures = new ArrayList<>();
            for (int row = 0; row < recipe.samplePrompts().size(); row++) {
                for (Contestant contestant : some) {
                    String caption = recipe.samplePrompts().get(row);
                    ImageRequest request = contestant.request().toBuilder()
                            .prompts(List.of(Prompt.of(caption)))
                            .seed(row)
                            .build();
                    GeneratedImage picture =
                            models.of(contestant, 1).generate(request).getFirst();
                    String text = row == 0 ? contestant.name() + ": " + caption : caption;
                    pictures.add(new ContactSheet.Entry(picture.image(), text));
                }
            }
            ContactSheet.of(pictures, some.size()).write(recipe.output().resolve("pictures-%d.png".formatted(steps)));
        }
    }
}
