package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * The options of pictures except the prompt. Names and descriptions are those of {@link Option}; only ControlNets,
 * which are groups of options, have theirs here.
 */
final class PictureOptions {
    private static final List<Option<?>> PICTURE = List.of(
            Option.NEGATIVE_PROMPT,
            Option.PROMPT_SYNTAX,
            Option.PRESET,
            Option.STEPS,
            Option.TIMESTEPS,
            Option.SAMPLER,
            Option.ETA,
            Option.GUIDANCE,
            Option.GUIDANCE_RESCALE,
            Option.CLIP_SKIP,
            Option.SEED,
            Option.SIZE,
            Option.TILED,
            Option.HIRES,
            Option.HIRES_STRENGTH,
            Option.PROMPT_2,
            Option.NEGATIVE_PROMPT_2,
            Option.ORIGINAL_SIZE,
            Option.CROP,
            Option.TARGET_SIZE);

    private static final List<Option<?>> FROM_A_PICTURE = List.of(
            Option.IMAGE,
            Option.MASK,
            Option.BACKGROUND,
            Option.EXTEND,
            Option.STRENGTH,
            Option.KEPT_STRENGTH,
            Option.EXACT_STEPS);

    private final GenerationOptions.Builder given = GenerationOptions.builder();

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nControlNet%n")
    private @Nullable List<ControlOption> controls; // null is picocli's way to say that none is given

    /** A command that draws pictures. */
    interface User {
        /** Returns its options for pictures. */
        PictureOptions picture();
    }

    /** Adds the options to every command below {@code main} that draws pictures. */
    static void addTo(CommandLine main) {
        main.getSubcommands().values().stream()
                .filter(command -> command.getCommand() instanceof User)
                .forEach(command -> ((User) command.getCommand()).picture().addTo(command.getCommandSpec()));
    }

    private void addTo(CommandSpec spec) {
        spec.addArgGroup(group("%nPicture%n", PICTURE));
        spec.addArgGroup(group("%nFrom a picture%n", FROM_A_PICTURE));
    }

    private ArgGroupSpec group(String heading, List<Option<?>> options) {
        ArgGroupSpec.Builder group =
                ArgGroupSpec.builder().heading(heading).validate(false).exclusive(false);
        options.forEach(option -> group.addArg(spec(option)));
        return group.build();
    }

    private <T> OptionSpec spec(Option<T> option) {
        boolean isFlag = option.label().isEmpty();
        OptionSpec.Builder spec = OptionSpec.builder(option.flag())
                .description(option.description().replace("%", "%%"));
        if (isFlag) {
            spec.type(Boolean.class).arity("0").negatable(true);
        } else {
            spec.type(Object.class).paramLabel(option.label()).arity("1").converters(text -> parse(option, text));
        }
        return spec.setter(new CommandLine.Model.ISetter() {
                    @Override
                    @SuppressWarnings("unchecked") // as the converter made it
                    public <V> @Nullable V set(@Nullable V value) {
                        if (value != null) {
                            given.set(option, (T) value);
                        }
                        return value;
                    }
                })
                .build();
    }

    private static <T> T parse(Option<T> option, String text) {
        return converted(() -> option.parse(text));
    }

    /** Returns the value of {@code value}, and reports an invalid one through picocli, which names the option. */
    static <T> T converted(Supplier<T> value) {
        try {
            return value.get();
        } catch (InvalidRequestException | InvalidFileException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** Returns the options that are given. */
    GenerationOptions options() {
        Optional.ofNullable(controls).orElse(List.of()).forEach(control -> given.control(control.reference()));
        controls = null;
        return given.build();
    }
}
