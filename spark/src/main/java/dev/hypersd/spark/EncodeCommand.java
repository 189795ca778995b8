package dev.hypersd.spark;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.recipe.Recipe;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd-spark encode}, which encodes the pictures and captions of a recipe on a cluster. */
@Command(
        name = "encode",
        description = "Encode the pictures and captions of a recipe, which train then reads, on several executors. "
                + "Each makes whole files of 256 pictures; files that exist are not made again. Broken pictures are "
                + "counted and named in the logs of the executors.",
        footer = {
            "",
            "Examples:",
            "  spark-submit ... hypersd-spark.jar encode recipe.yaml --workers 8",
            "  spark-submit ... hypersd-spark.jar encode recipe.yaml --workers 8 --parquet /shared/laion "
                    + "--set data.webdataset=/shared/tars",
        })
final class EncodeCommand implements Callable<Integer> {
    private static final Duration TO_CONNECT = Duration.ofMinutes(5);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

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

    @Option(
            names = "--parquet",
            paramLabel = "FILE|DIR",
            description = "Take pictures and captions from Parquet: they are first written as tar files of 1000 into "
                    + "the folder that data.webdataset of the recipe names. Tar files that exist are not made again.")
    private Optional<Path> parquet = Optional.empty();

    @Option(
            names = "--image-column",
            paramLabel = "NAME",
            defaultValue = ParquetPictures.IMAGE,
            description = "With --parquet: the column of encoded pictures, as bytes or as a structure with the field "
                    + "\"bytes\". Default: ${DEFAULT-VALUE}.")
    private String image = "";

    @Option(
            names = "--caption-column",
            paramLabel = "NAME",
            defaultValue = ParquetPictures.TEXT,
            description = "With --parquet: the column of captions. Default: ${DEFAULT-VALUE}.")
    private String caption = "";

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        TrainJob job = new TrainJob(file, changes, true, true, workers, TO_CONNECT);
        Session.with("hypersd-spark encode", false, spark -> {
            parquet.ifPresent(from -> pack(spark, from, tars(Recipe.read(file, changes)), err));
            return job.run(spark, err::println);
        });
        return ExitCode.OK;
    }

    /** Returns the folder of tar files that the recipe learns from. */
    static Path tars(Recipe recipe) {
        String folder = recipe.resolved().tree().path("data").path("webdataset").asString("");
        if (folder.isEmpty() || folder.contains("{") || folder.endsWith(".tar")) {
            throw new InvalidRequestException(
                    "--parquet takes a recipe whose data.webdataset names the folder for the tar files, not \"%s\""
                            .formatted(folder));
        }
        return Path.of(folder);
    }

    private void pack(JavaSparkContext spark, Path from, Path folder, PrintWriter err) {
        PackSamples.run(spark, from, new PackSamples(folder.toString(), image, caption), err);
    }
}
