package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.ModelSource;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ResolvedOptions;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * The options of {@code hypersd generate} that choose a model and say how it draws, for programs that send them to
 * other machines as the texts that they are: each machine reads them alike.
 */
public final class DrawingArguments {
    private static final String COMMAND = "generate";

    private final Options options;
    private final GenerationOptions given;

    private DrawingArguments(Options options) {
        this.options = options;
        this.given = options.refiner.over(options.picture.options().over(options.model.options()));
    }

    /** The command that has these options alone. */
    @Command(name = COMMAND)
    private static final class Options implements PictureOptions.User {
        @ArgGroup(validate = false)
        private final ModelOptions model = new ModelOptions();

        @ArgGroup(validate = false)
        private final RefinerOptions refiner = new RefinerOptions();

        @Mixin
        private final PictureOptions picture = new PictureOptions();

        @Override
        public PictureOptions picture() {
            return picture;
        }
    }

    /**
     * Reads {@code arguments}, such as {@code --model /models/sd15 --steps 4}.
     *
     * @throws InvalidRequestException if one is unknown or has an invalid value
     */
    public static DrawingArguments parse(List<String> arguments) {
        Options options = new Options();
        CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create())
                .addSubcommand(options)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setAllowOptionsAsOptionParameters(true);
        PictureOptions.addTo(command);
        try {
            command.parseArgs(
                    Stream.concat(Stream.of(COMMAND), arguments.stream()).toArray(String[]::new));
        } catch (ParameterException e) {
            throw new InvalidRequestException(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        return new DrawingArguments(options);
    }

    /** Returns the options of pictures, LoRAs included. */
    public GenerationOptions options() {
        return given;
    }

    /**
     * Returns the model.
     *
     * @throws dev.hypersd.error.InvalidFileException if a file does not exist on this machine
     */
    public ModelSource source() {
        return options.refiner.with(options.model.source());
    }

    /** Makes the request that {@code picture} means for the model, as {@code hypersd generate} does. */
    public ResolvedOptions resolve(GenerationOptions picture, ModelSource source) {
        return options.model.resolve(picture, source);
    }
}
