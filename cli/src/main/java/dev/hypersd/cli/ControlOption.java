package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.request.Control;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** One ControlNet and what goes with it; a group of options that may be given several times, so defaults are those of the fields. */
final class ControlOption {
    @Option(
            names = "--control",
            paramLabel = "DIR|FILE|NAME",
            description =
                    "A ControlNet to follow a picture with; may be given several times, each with options of its own. The model that comes with this program has canny and scribble.")
    private Optional<Path> network = Optional.empty();

    @Option(
            names = "--control-image",
            paramLabel = "FILE",
            description =
                    "The picture that it follows: edges, a drawing, depths, a pose, as the ControlNet was trained to see.")
    private Optional<Path> picture = Optional.empty();

    @Option(
            names = "--control-make",
            paramLabel = "NAME",
            description =
                    "Make what it follows out of the picture: canny (edges), scribble (a sketch of a photograph) or drawing (dark lines on light paper turned light on black).")
    private Optional<Preprocessor> preprocessor = Optional.empty();

    @Option(
            names = "--control-scale",
            paramLabel = "S",
            description = "How strongly it speaks: 1 as trained, 0 not at all. Default: 1.")
    private double scale = 1;

    @Option(
            names = "--control-from",
            paramLabel = "SHARE",
            description = "It is silent before this share of the steps. Default: 0.")
    private double start;

    @Option(
            names = "--control-to",
            paramLabel = "SHARE",
            description = "It is silent after this share of the steps. Default: 1.")
    private double end = 1;

    @Option(
            names = "--control-guess",
            description =
                    "Let it guess what the picture shows: strongest at coarse levels, and in the prompt's half of guidance only.")
    private boolean guess;

    /** What the options amount to; refuses a ControlNet without a picture and the reverse. */
    Control control() {
        Path from = network.map(ControlOption::found)
                .orElseThrow(
                        () -> new InvalidRequestException("options of a ControlNet need one: name it with --control"));
        Path file = picture.orElseThrow(() -> new InvalidRequestException(
                "ControlNet " + from + " needs a picture to follow: name it with --control-image"));
        Control.Mode mode = guess ? Control.Mode.GUESS : Control.Mode.BALANCED;
        Image given = Image.read(file);
        Image seen = preprocessor.map(p -> p.apply(given)).orElse(given);
        return new Control(from, seen, scale, start, end, mode);
    }

    /** The file itself or, where there is none, the embedded ControlNet of this name. */
    static Path found(Path named) {
        return Files.exists(named) ? named : EmbeddedModel.controls().getOrDefault(named.toString(), named);
    }
}
