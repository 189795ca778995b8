package dev.hypersd.request;

import dev.hypersd.image.Image;
import dev.hypersd.preset.Alphas;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.schedule.PredictionType;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Options with anything in them, text that is hard to write above all. */
public final class ArbitraryOptions {
    private static final Image PIXELS = new Image(2, 1, new byte[] {1, 2, 3, 4, 5, 6});

    private static final List<String> HOSTILE = List.of(
            "",
            " ",
            "none",
            "\n",
            "Negative prompt: a",
            "a\nNegative prompt: b",
            "a\nSteps: 4, Sampler: TCD, CFG scale: 1",
            "Steps: 4",
            "--steps=3",
            "-",
            "--",
            "@file",
            "@@file",
            "\"",
            "\\",
            "\\\"",
            "'quoted'",
            "\"quoted\"",
            "{\"a\": [1]}",
            "[",
            "a, b: c",
            "a:0.5",
            "C:\\x.safetensors",
            "x.safetensors:y",
            " margins ",
            "\ttab\r\nline\r",
            "\ud83e\udd8a\u200d\u2764\ufe0f",
            "${x} %s %n",
            "\u0000",
            "x".repeat(10_000));

    private ArbitraryOptions() {}

    public static Arbitrary<GenerationOptions> any() {
        return valuesOf(any(Option.all().size()));
    }

    private static Arbitrary<List<Boolean>> any(int count) {
        return Arbitraries.of(true, false, false).list().ofSize(count);
    }

    private static Arbitrary<GenerationOptions> valuesOf(Arbitrary<List<Boolean>> given) {
        return given.flatMap(which -> {
            Arbitrary<GenerationOptions.Builder> options = Arbitraries.create(GenerationOptions::builder);
            for (int i = 0; i < which.size(); i++) {
                Option<?> option = Option.all().get(i);
                boolean wanted = which.get(i)
                        && !(option == Option.TIMESTEPS
                                && which.get(Option.all().indexOf(Option.STEPS)));
                if (wanted) {
                    options = with(options, option);
                }
            }
            return options.map(GenerationOptions.Builder::build);
        });
    }

    private static Arbitrary<GenerationOptions.Builder> with(
            Arbitrary<GenerationOptions.Builder> options, Option<?> option) {
        return Combinators.combine(options, value(option)).as((builder, value) -> set(builder, option, value));
    }

    @SuppressWarnings("unchecked") // value(option) makes values of the option's type
    private static <T> GenerationOptions.Builder set(
            GenerationOptions.Builder builder, Option<T> option, Object value) {
        return builder.set(option, (T) value);
    }

    private static Arbitrary<?> value(Option<?> option) {
        if (option == Option.SAMPLER) {
            return Arbitraries.of("tcd", "ddim", "dpmpp_2m_karras", "pndm", "an unknown one");
        } else if (option.format().equals(Format.TEXT)) {
            return text();
        } else if (option.format().equals(Format.WHOLE)) {
            return Arbitraries.integers().between(0, 1000);
        } else if (option.format().equals(Format.SEED)) {
            return Arbitraries.longs();
        } else if (option.format().equals(Format.NUMBER)) {
            return numbers();
        } else if (option.format().equals(Format.FLAG)) {
            return Arbitraries.of(true, false);
        } else if (option.format().equals(Format.WHOLES)) {
            return Arbitraries.integers().between(0, 1000).list().ofMinSize(1).ofMaxSize(5);
        } else if (option.format().equals(Format.SIZE)) {
            return Arbitraries.of(new Size(64, 128), new Size(8192, 8));
        } else if (option.format().equals(Format.PICTURE)) {
            return pictures();
        } else if (option == Option.BACKGROUND) {
            return Arbitraries.integers().between(0, 0xFFFFFF).map(Color::new);
        } else if (option == Option.PROMPT_SYNTAX) {
            return Arbitraries.of(PromptSyntax.values());
        } else if (option == Option.PREDICTION) {
            return Arbitraries.of(PredictionType.values());
        } else if (option == Option.LORA_ALPHAS) {
            return Arbitraries.of(Alphas.values());
        } else if (option == Option.LORAS) {
            return loras().list().ofMaxSize(3);
        } else if (option == Option.EMBEDDINGS) {
            return embeddings().list().ofMaxSize(3);
        } else if (option == Option.CONTROLS) {
            return controls().list().ofMaxSize(3);
        }
        throw new IllegalStateException("no values are made for " + option);
    }

    private static Arbitrary<String> text() {
        Arbitrary<String> pieces = Arbitraries.oneOf(
                Arbitraries.of(HOSTILE),
                Arbitraries.strings().ascii().ofMaxLength(20),
                Arbitraries.strings().alpha());
        return Arbitraries.oneOf(pieces, pieces.list().ofMinSize(2).ofMaxSize(4).map(list -> String.join("\n", list)));
    }

    private static Arbitrary<String> name() {
        return text().filter(text -> !text.isEmpty());
    }

    private static Arbitrary<Double> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.of(0.0, 0.75, 1.0, 7.5, 1e-9), Arbitraries.doubles().between(0, 30));
    }

    private static Arbitrary<OptionalDouble> optionalNumbers() {
        return numbers().optional().map(n -> n.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
    }

    private static Arbitrary<PictureSource> pictures() {
        return Arbitraries.of(
                PictureSource.of(Path.of("a, b\".png")),
                PictureSource.named(Pictures.text(PictureSource.of(PIXELS)), Path.of("")));
    }

    private static Arbitrary<LoraReference> loras() {
        return Combinators.combine(name(), optionalNumbers()).as(LoraReference::new);
    }

    private static Arbitrary<EmbeddingReference> embeddings() {
        return Combinators.combine(name(), text().optional()).as(EmbeddingReference::new);
    }

    private static Arbitrary<ControlNetReference> controls() {
        return Combinators.combine(
                        name(),
                        pictures().optional(),
                        Arbitraries.of("canny", "none", "a, b").optional(),
                        optionalNumbers(),
                        optionalNumbers(),
                        optionalNumbers(),
                        Arbitraries.of(Control.Mode.values()).optional())
                .as(ControlNetReference::new);
    }

    /** Options without what a command line cannot hold: the character that ends C's strings. */
    public static Arbitrary<GenerationOptions> forCommandLine() {
        return any().filter(options ->
                options.values().values().stream().map(Object::toString).noneMatch(text -> text.indexOf(0) >= 0));
    }
}
