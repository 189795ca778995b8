package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.ControlFidelity;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code hypersd follow}, which measures how closely pictures follow the lines of control pictures. */
@Command(
        name = "follow",
        description =
                "Measure how closely the model follows lines through a ControlNet. The lines are extracted from test "
                        + "scenes.",
        footer = {
            "",
            "Examples:",
            "  hypersd follow --net canny --lines canny --steps 1",
            "  hypersd follow --lora none --net runs/mini/controlnet/canny/model/controlnet.safetensors --lines canny",
        })
final class FollowCommand implements Runnable, PictureOptions.User {
    /** The number of pictures between two lines of progress. */
    private static final int TOLD = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nModel%n")
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PictureOptions picture = new PictureOptions();

    @ArgGroup(validate = false, heading = "%nLines%n")
    private final LineOptions lines = new LineOptions();

    /** The options that choose the lines. */
    static final class LineOptions {
        @Option(
                names = "--net",
                paramLabel = "DIR|FILE|NAME",
                required = true,
                description = "The ControlNet. The model that comes with this program has canny and scribble.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        String network;

        @Option(
                names = "--lines",
                paramLabel = "NAME",
                required = true,
                description = "What it follows: canny (edges) or scribble (a sketch).")
        @SuppressWarnings("NullAway.Init") // set by picocli
        Preprocessor made;

        @Option(
                names = "--scenes",
                paramLabel = "N",
                defaultValue = "100",
                description = "How many test scenes. Default: ${DEFAULT-VALUE}.")
        int scenes;
    }

    @Override
    public PictureOptions picture() {
        return picture;
    }

    @Override
    public void run() {
        if (lines.scenes < 2) {
            throw new InvalidRequestException("--scenes is %d, it must be at least 2".formatted(lines.scenes));
        }
        PrintWriter err = spec.commandLine().getErr();
        ModelSource source = model.source();
        ImageRequest request = model.request(picture.options().over(model.options()), source, err);
        Path network = new ProgramNames(model.model.isEmpty()).controlNet(lines.network);
        Control first = Control.of(
                network, lines.made.apply(Scenes.of(Split.TEST, 1).get(0).image()));
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(
                source, request.toBuilder().control(first).build())) {
            ControlFidelity fidelity = ControlFidelity.of(
                    pipeline, request, network, lines.made::apply, lines.scenes, left -> tell(err, left));
            spec.commandLine().getOut().println(fidelity.table());
        }
    }

    private static void tell(PrintWriter err, int left) {
        if (left % TOLD == 0) {
            err.println(left + " pictures left");
        }
    }
}
