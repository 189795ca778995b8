package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.ControlNetReference;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.registry.Quality;
import java.awt.Color;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Reads options from the fields of this server's own requests: those of {@link GenerationOptions} in JSON, with images
 * in Base64. Live sessions use them, and requests to OpenAI's API in addition to OpenAI's fields. Older clients send
 * {@code width} and {@code height} in place of {@code size}, and one ControlNet as {@code control} in place of a list
 * of {@code controls}.
 */
public final class GenerationFields {
    /** The values of OpenAI's field {@code background} for drawn pictures; a colour is for input pictures. */
    private static final Set<String> OUTPUT_BACKGROUNDS = Set.of("auto", "opaque", "transparent");

    private GenerationFields() {}

    /** Reads all fields of {@code body} that are options; the caller reads or refuses other fields. */
    static GenerationOptions.Builder options(JsonObject body, RequestMemory.Reservation memory) {
        Color background = background(body);
        return options(body, (field, text) -> PictureSource.of(UploadedImages.base64(field, text, background, memory)));
    }

    /**
     * Reads all fields of {@code body} that are options.
     *
     * @param pictures makes a picture from the name of a field and its text
     */
    public static GenerationOptions.Builder options(
            JsonObject body, BiFunction<String, String, PictureSource> pictures) {
        GenerationOptions read = GenerationOptions.of(withoutOpenAiValues(body), pictures);
        if (!read.has(Option.PROMPT)) {
            throw new ApiException(ErrorCode.MALFORMED, "the request has no prompt");
        }
        GenerationOptions.Builder options =
                read.toBuilder().seed(read.get(Option.SEED).orElseGet(Seeds::random));
        if (read.get(Option.NEGATIVE_PROMPT).filter(String::isBlank).isPresent()) {
            options.unset(Option.NEGATIVE_PROMPT);
        }
        if (body.has("width") || body.has("height")) {
            options.size(body.integer("width", 0), body.integer("height", 0));
        }
        body.object("control").ifPresent(control -> options.control(control(control, pictures)));
        return options;
    }

    /** Returns the colour of transparent parts of the pictures in a request. */
    public static Color background(JsonObject body) {
        return GenerationOptions.background(withoutOpenAiValues(body));
    }

    /** Returns the fields without values that have another meaning in OpenAI's API, or that stand for none. */
    private static JsonObject withoutOpenAiValues(JsonObject body) {
        JsonObject sized = body.string("size", "").equals("auto") ? body.without("size") : body;
        JsonObject seeded = sized.isNegative("seed") ? sized.without("seed") : sized;
        JsonObject named = body.has("model") && body.string("model", "").isBlank() ? seeded.without("model") : seeded;
        boolean ofOutput = OUTPUT_BACKGROUNDS.contains(body.string("background", ""));
        return ofOutput ? named.without("background") : named;
    }

    /**
     * Returns options from a picture's file as this server reads them. The file says the steps of the whole schedule,
     * of which a low strength takes its share, and here {@link Option#STEPS} are those that are taken unless {@link
     * Option#EXACT_STEPS} says otherwise.
     */
    static GenerationOptions ofFile(GenerationOptions options) {
        if (!options.has(Option.STRENGTH) || !options.has(Option.STEPS) || options.has(Option.EXACT_STEPS)) {
            return options;
        }
        int whole = options.get(Option.STEPS).orElseThrow();
        double strength = options.get(Option.STRENGTH).orElseThrow();
        int taken = (int) (whole * strength);
        boolean comesBack = taken > 0 && Math.ceil(taken / strength - 1e-9) == whole;
        return comesBack
                ? options.toBuilder().steps(taken).build()
                : options.toBuilder().set(Option.EXACT_STEPS, false).build();
    }

    /**
     * Returns the field {@code final}: whether the pictures stay, and so are drawn with more care.
     *
     * @param usual the quality where the field is absent
     */
    static Quality quality(JsonObject body, Quality usual) {
        return Quality.of(body.flag("final", usual == Quality.FINAL));
    }

    /** Returns the field {@code seed}, or a random seed where it is absent or negative. */
    static long seed(JsonObject body) {
        return body.has("seed") && !body.isNegative("seed") ? body.unsignedNumber("seed", 0) : Seeds.random();
    }

    private static ControlNetReference control(JsonObject control, BiFunction<String, String, PictureSource> pictures) {
        return ControlNetReference.of(
                        control.string("name", ""), pictures.apply("control.image", control.string("image", "")))
                .withScale(control.number("scale", 1));
    }
}
