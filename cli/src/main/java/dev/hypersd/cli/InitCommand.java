package dev.hypersd.cli;

import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd init}, which writes a model directory with random weights. */
@Command(
        name = "init",
        description =
                "Write a model directory with random weights: to try things out, to measure, to start training from. "
                        + "Its pictures are noise.",
        footer = {
            "",
            "Examples:",
            "  hypersd init models/tiny",
            "  hypersd init --like sdxl --dtype f16 --seed 1 models/sdxl-random",
        })
final class InitCommand implements Runnable {
    private static final int PERCENT_A_LINE = 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "OUT", description = "The directory to write; must not exist yet, or be empty.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(
            names = "--like",
            paramLabel = "MODEL",
            defaultValue = "tiny",
            description = "tiny (a few MB), sd15 (4 GB in f32), sd2 (5 GB in f32), sdxl (14 GB in f32) or sdxl_refiner "
                    + "(12 GB in f32). Default: tiny.")
    private ModelTemplate like = ModelTemplate.TINY;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "The same seed gives the same weights. Default: 0.")
    private long seed;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "f32",
            converter = Converters.StoredType.class,
            description = "f32, bf16 or f16. Default: f32.")
    private Dtype dtype = Dtype.F32;

    @Override
    public void run() {
        RandomModel.write(
                directory,
                like,
                seed,
                dtype,
                new PlainProgress(spec.commandLine().getErr()));
        spec.commandLine().getOut().println(directory);
    }

    /** Prints a line for every fifth of the work. */
    private static final class PlainProgress implements RandomModel.Listener {
        private final PrintWriter err;
        private long said;

        PlainProgress(PrintWriter err) {
            this.err = err;
        }

        @Override
        public void progressed(long written, long total) {
            long percent = written * 100 / Math.max(1, total) / PERCENT_A_LINE * PERCENT_A_LINE;
            if (percent > said) {
                said = percent;
                err.printf(Locale.ROOT, "%d %% of %.1f MB written%n", percent, total / 1e6);
            }
        }
    }
}
