package dev.hypersd.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code hypersd-spark encode}, which encodes the pictures and captions of a recipe on a cluster. */
@Command(
        name = "encode",
        description = "Encode the pictures and captions of a recipe, which train then reads, on several executors. "
                + "Each makes whole files of 256 pictures; files that exist are not made again. Broken pictures are "
                + "counted and named in the logs of the executors.",
        footer = {"", "Example:", "  spark-submit ... hypersd-spark.jar encode recipe.yaml --workers 8"})
final class EncodeCommand implements Callable<Integer> {
    private static final Duration TO_CONNECT = Duration.ofMinutes(5);

    @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path file;

    @Option(names = "--workers", paramLabel = "N", required = true, description = "How many tasks encode.")
    private int workers;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Use another value for a key of the recipe. Can be given several times.")
    private List<String> changes = new ArrayList<>();

    @Override
    public Integer call() {
        TrainJob job = new TrainJob(file, changes, true, true, workers, TO_CONNECT);
        Session.with("hypersd-spark encode", false, job::run);
        return ExitCode.OK;
    }
}
