package dev.hypersd.cli;

import dev.hypersd.file.Shutdown;
import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import dev.hypersd.training.Ranks;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code hypersd train}, which carries out a recipe. */
@Command(
        name = "train",
        description = "Train by a recipe. Ctrl-C ends the run with a checkpoint, from which --resume continues.",
        footer = {
            "",
            "Examples:",
            "  hypersd train recipes/mini/vae.yaml",
            "  hypersd train recipes/mini/vae.yaml --resume --set training.steps=4000",
        })
final class TrainCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private final RecipeOptions recipeOptions = new RecipeOptions();

    @Option(names = "--resume", description = "Go on from the newest checkpoint of the recipe's output folder.")
    private boolean resume;

    @Option(
            names = "--publish",
            description = "Write what the newest checkpoint makes to the output folder, and train no further.")
    private boolean publish;

    @Option(
            names = "--allow",
            description = "Let --resume continue with another batch, accumulation, precision or optimiser setting, or "
                    + "with additional pictures, which is refused otherwise.")
    private boolean allow;

    @Override
    public Integer call() {
        Recipe recipe = recipeOptions.read(Recipe::read, Recipe::of);
        try (TrainingDisplay display = TrainingDisplay.on(spec.commandLine().getErr())) {
            Run run = new Run(recipe, resume, List.of(display), Ranks.ALONE, allow);
            if (publish) {
                run.publish();
            } else if (!carryOut(run, spec.commandLine().getErr())) {
                return INTERRUPTED;
            }
            spec.commandLine().getOut().println(run.result());
            return ExitCode.OK;
        }
    }

    /** Trains until the end of the run, or until the process is terminated, when a checkpoint is saved first. */
    private static boolean carryOut(Run run, PrintWriter err) {
        CountDownLatch saved = new CountDownLatch(1);
        Shutdown.register(() -> {
            if (run.stop()) {
                try {
                    saved.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        try {
            boolean isComplete = run.carryOut();
            if (!isComplete) {
                err.println(run.checkpoint()
                        .map("interrupted; %s was written, from which --resume continues"::formatted)
                        .orElse("interrupted before the first step; there is no checkpoint"));
            }
            return isComplete;
        } finally {
            saved.countDown();
        }
    }
}
