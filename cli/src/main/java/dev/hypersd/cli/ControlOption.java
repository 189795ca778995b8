package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.Control;
import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.PictureSource;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** The options of one ControlNet, a group that may be given several times. */
final class ControlOption {
    @Option(
            names = "--control",
            paramLabel = "DIR|FILE|NAME",
            description = "A ControlNet to follow a picture with; may be given several times, each with options of its "
                    + "own. The model that comes with this program has canny and scribble.")
    private Optional<String> network = Optional.empty();

    @Option(
            names = "--control-image",
            paramLabel = "FILE",
            description =
                    "The picture that it follows: edges, a drawing, depths, a pose, as the ControlNet was trained to "
                            + "see.")
    private Optional<Path> picture = Optional.empty();

    @Option(
            names = "--control-make",
            paramLabel = "NAME",
            description =
                    "Make what it follows out of the picture: canny (edges), scribble (a sketch of a photograph) or "
                            + "drawing (dark lines on light paper turned light on black).")
    private Optional<String> preprocessor = Optional.empty();

    @Option(
            names = "--control-scale",
            paramLabel = "S",
            description = "Its conditioning scale: 1 as trained, 0 not at all. Default: 1.")
    private Optional<Double> scale = Optional.empty();

    @Option(
            names = "--control-from",
            paramLabel = "SHARE",
            description = "The fraction of the steps after which it becomes active. Default: 0.")
    private Optional<Double> start = Optional.empty();

    @Option(
            names = "--control-to",
            paramLabel = "SHARE",
            description = "The fraction of the steps after which it is no longer active. Default: 1.")
    private Optional<Double> end = Optional.empty();

    @Option(
            names = "--control-mode",
            paramLabel = "NAME",
            description =
                    "balanced, or guess: it guesses what the picture shows, strongest at coarse levels, and in the "
                            + "prompt's half of guidance only. Default: balanced.")
    private Optional<Control.Mode> mode = Optional.empty();

    /** Returns the ControlNet that the options describe. */
    ControlNetReference reference() {
        return new ControlNetReference(
                network.orElseThrow(
                        () -> new InvalidRequestException("options of a ControlNet need one: name it with --control")),
                picture.map(PictureSource::of),
                preprocessor,
                optional(scale),
                optional(start),
                optional(end),
                mode);
    }

    private static OptionalDouble optional(Optional<Double> value) {
        return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }
}
