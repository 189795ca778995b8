package dev.hypersd.cli;

import dev.hypersd.file.FolderLock;
import dev.hypersd.recipe.StudyRecipe;
import dev.hypersd.serve.ServerOptions;
import dev.hypersd.serve.StudyServer;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.study.DrawnStudy;
import dev.hypersd.study.StudyReport;
import dev.hypersd.study.StudyResult;
import dev.hypersd.study.VoteFile;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hypersd study}: people say which pictures are better. */
@Command(
        name = "study",
        description = "Draw the pictures of a preference study and serve a page on which people say which of two is "
                + "better, without knowing what drew them. When the server ends, it writes results.csv, summary.md "
                + "and summary.json into the recipe's output; --report does so at any time.",
        footer = {
            "",
            "Examples:",
            "  hypersd study recipes/mini/study.yaml",
            "  hypersd study recipes/mini/study.yaml --host 0.0.0.0 --token-file token",
            "  hypersd study recipes/mini/study.yaml --report",
        })
final class StudyCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final RecipeOptions recipeOptions = new RecipeOptions();

    @Option(names = "--report", description = "Print and write the results so far, and serve nothing.")
    private boolean report;

    @ArgGroup(validate = false, heading = "%nServer%n")
    private final ListenOptions listen = new ListenOptions();

    @Override
    public void run() {
        StudyRecipe recipe = recipeOptions.read(StudyRecipe::read, StudyRecipe::of);
        if (report) {
            spec.commandLine()
                    .getOut()
                    .print(write(recipe, VoteFile.read(recipe.votes())).markdown());
        } else {
            serve(recipe);
        }
    }

    private static StudyReport write(StudyRecipe recipe, VoteFile votes) {
        StudyReport results = new StudyReport(StudyResult.of(votes));
        results.write(recipe.comparison().output());
        return results;
    }

    private void serve(StudyRecipe recipe) {
        PrintWriter err = spec.commandLine().getErr();
        ServerOptions options = listen.options(
                Set.of(),
                false,
                Limits.DEFAULT,
                Duration.ZERO,
                spec.commandLine().getOut(),
                err);
        DrawnStudy pictures = recipe.pictures();
        Warnings warnings = new Warnings(err);
        pictures.prompts().warnings().forEach(warnings::say);
        pictures.contestants().forEach(contestant -> contestant.warnings().forEach(warnings::say));
        try (FolderLock _ = FolderLock.of(recipe.comparison().output())) {
            VoteFile votes = VoteFile.open(recipe.votes(), recipe.study(pictures));
            pictures.draw((method, left) -> err.println("%s: %d pictures left".formatted(method, left)));
            pictures.warnings().forEach(warnings::say);
            StudyServer server = StudyServer.start(votes, pictures, options);
            err.println("%d pairs of pictures, %d votes so far"
                    .formatted(votes.study().pairs(), votes.votes().size()));
            listen.serve(server.port(), err, () -> {
                server.close();
                write(recipe, votes);
            });
        }
    }
}
