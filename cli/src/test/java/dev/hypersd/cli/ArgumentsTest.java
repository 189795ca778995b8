package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.preset.Alphas;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.Control;
import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.EmbeddingReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.Size;
import dev.hypersd.schedule.PredictionType;
import java.awt.Color;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Options as arguments of {@code generate}, read back by the command. */
class ArgumentsTest {
    @Provide
    Arbitrary<String> hostile() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        " ",
                        "-",
                        "--steps=3",
                        "--like=a",
                        "@file",
                        "@@file",
                        "none",
                        "a\nNegative prompt: b\nSteps: 4",
                        "'a'",
                        "\"a\"",
                        "\\",
                        "a, b: c; {d} [e]",
                        " margins ",
                        "${user.home} %s %n",
                        "\ud83e\udd8a",
                        "x".repeat(10_000)),
                Arbitraries.strings().ascii().ofMaxLength(30).filter(text -> !text.equals("--")));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void hostileTextIsReadBackAsItWasWritten(
            @ForAll("hostile") String prompt, @ForAll("hostile") String negative, @ForAll("hostile") String name) {
        GenerationOptions options = GenerationOptions.builder()
                .prompt(prompt)
                .negativePrompt(negative)
                .preset(name)
                .lora(LoraReference.of("a" + name))
                .lora(LoraReference.of("b" + name, -0.25))
                .set(Option.EMBEDDINGS, List.of(new EmbeddingReference("c" + name, Optional.of(name))))
                .control(ControlNetReference.of("d" + name, PictureSource.of(Path.of("a b,c.png"))))
                .build();
        assertThat(parsed(options)).isEqualTo(options);
    }

    @Test
    void everyOptionIsReadBackAsItWasWritten() {
        GenerationOptions.Builder all = GenerationOptions.builder();
        Option.all().stream()
                .filter(option -> option != Option.STEPS && option != Option.MODEL)
                .forEach(option -> set(all, option));
        assertThat(parsed(all.build())).isEqualTo(all.build());
        GenerationOptions none = GenerationOptions.builder()
                .steps(4)
                .set(Option.LORAS, List.of())
                .set(Option.TILED, false)
                .set(Option.EXACT_STEPS, false)
                .build();
        assertThat(parsed(none)).isEqualTo(none);
    }

    @SuppressWarnings("unchecked") // the values are of the options' types
    private static <T> void set(GenerationOptions.Builder options, Option<T> option) {
        options.set(option, (T) value(option));
    }

    private static Object value(Option<?> option) {
        PictureSource picture = PictureSource.of(Path.of("a.png"));
        return switch (option.key()) {
            case "seed" -> Long.MIN_VALUE;
            case "count", "clip_skip" -> 3;
            case "size" -> new Size(64, 128);
            case "sampler" -> "dpmpp_2m_karras";
            case "prompt_syntax" -> PromptSyntax.WEIGHTED;
            case "prediction" -> PredictionType.V_PREDICTION;
            case "lora_alphas" -> Alphas.AS_DIFFUSERS;
            case "image", "mask" -> picture;
            case "background" -> new Color(0x123456);
            case "tiled", "lora_partial", "exact_steps" -> true;
            case "timesteps", "extend", "original_size", "crop", "target_size" -> List.of(9, 8);
            case "loras" -> List.of(LoraReference.of("a.safetensors", 1e-7), LoraReference.of("b"));
            case "embeddings" ->
                List.of(EmbeddingReference.of("a"), new EmbeddingReference("b.safetensors", Optional.of("cat")));
            case "controls" ->
                List.of(
                        new ControlNetReference(
                                "canny",
                                Optional.of(picture),
                                Optional.of("canny"),
                                OptionalDouble.of(0.5),
                                OptionalDouble.of(0.1),
                                OptionalDouble.of(0.9),
                                Optional.of(Control.Mode.GUESS)),
                        ControlNetReference.of("scribble", picture));
            case "prompt", "negative_prompt", "prompt_2", "negative_prompt_2", "preset" -> "a " + option.key();
            default -> 0.1 + 0.2;
        };
    }

    private static GenerationOptions parsed(GenerationOptions options) {
        List<String> arguments = new ArrayList<>(List.of("generate"));
        arguments.addAll(options.toArguments());
        GenerateCommand command = (GenerateCommand) Main.commandLine()
                .parseArgs(arguments.toArray(String[]::new))
                .subcommand()
                .commandSpec()
                .userObject();
        return command.options();
    }
}
