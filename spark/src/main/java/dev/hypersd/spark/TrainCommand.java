package dev.hypersd.spark;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd-spark train}, which trains by a recipe on several executors. */
@Command(
        name = "train",
        description = "Train by a recipe on several executors, which divide the micro-batches of each update. Recipe, "
                + "data and output are at paths that all machines see. A worker that ends costs the steps since the "
                + "newest checkpoint.",
        footer = {
            "",
            "Example:",
            "  spark-submit ... hypersd-spark.jar train recipe.yaml --workers 4 --set training.accumulate=4",
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(names = "--workers", paramLabel = "N", required = true, description = "How many tasks train together.")
    private int workers;

    @Option(names = "--resume", description = "Go on from the newest checkpoint of the recipe's output folder.")
    private boolean resume;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Use another value for a key of the recipe. Can be given several times.")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long a worker waits for the others in one step, validations and samples included. "
                    + "Default: 600.")
    private long seconds;

    @Override
    public Integer call() {
        if (seconds < 1) {
            throw new InvalidRequestException("--timeout must be at least 1 second, not " + seconds);
        }
        TrainJob job = new TrainJob(file, changes, resume, false, workers, Duration.ofSeconds(seconds));
        // A barrier stage needs all executors, so none may be excluded.
        Path result = Session.with(
                "hypersd-spark train",
                false,
                spark -> job.run(spark, spec.commandLine().getErr()::println));
        spec.commandLine().getOut().println(result);
        return ExitCode.OK;
    }
}
