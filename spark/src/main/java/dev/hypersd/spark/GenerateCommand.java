package dev.hypersd.spark;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.PromptFile;
import dev.hypersd.spark.ExecutorModel.Drawing;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The command {@code hypersd-spark generate}, which draws a file of prompts on a cluster. */
@Command(
        name = "generate",
        description = "Draw all prompts of a file. All options of hypersd generate for the model and the pictures are "
                + "taken too. What is in --out, whole and of the same options, is not drawn again.",
        footer = {
            "",
            "Example:",
            "  spark-submit ... hypersd-spark.jar generate --prompts prompts.jsonl --out /shared/pictures "
                    + "--model /shared/sd15 --steps 4",
        })
final class GenerateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--prompts",
            paramLabel = "FILE[:N]",
            required = true,
            description =
                    "The prompts, or the first N: a .txt, .jsonl, .json or .csv file, or a .parquet file or folder "
                            + "with columns named as options, which the driver reads.")
    private String prompts = "";

    @Option(
            names = "--out",
            paramLabel = "DIR|PATTERN",
            required = true,
            description = "A folder that all machines see, or a pattern of files with {index} and {seed}.")
    private String out = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "folder",
            description = "folder; or webdataset or parquet, files of 1000 pictures. Default: folder.")
    private GenerateJob.Format format = GenerateJob.Format.FOLDER;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many pictures are drawn at once. Default: 1.")
    private int batch;

    @Option(
            names = "--chunk",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many pictures a task draws into a folder. Default: 50.")
    private int chunk;

    @Unmatched
    private List<String> drawing = new ArrayList<>();

    @Override
    public Integer call() {
        if (batch < 1 || chunk < 1) {
            throw new InvalidRequestException(
                    "--batch and --chunk must be at least 1, not %d and %d".formatted(batch, chunk));
        }
        return Session.with("hypersd-spark generate", true, this::draw) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private boolean draw(JavaSparkContext spark) {
        PrintWriter err = spec.commandLine().getErr();
        DrawingArguments arguments = DrawingArguments.parse(drawing);
        PromptFile file = ParquetPrompts.names(prompts)
                ? ParquetPrompts.read(spark, prompts)
                : PromptFile.tolerant(prompts, Optional.empty());
        file.warnings().forEach(sentence -> err.println("hypersd-spark: warning: " + sentence));
        PictureList list = PictureList.of(file, arguments.options());
        Drawing how = Drawing.of(drawing, PictureFingerprint.of(arguments.source()), batch);
        return new GenerateJob(how, out, format, chunk, err).run(spark, list);
    }
}
