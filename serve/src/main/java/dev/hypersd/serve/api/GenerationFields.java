package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.Original;
import dev.hypersd.request.Size;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Wish;
import dev.hypersd.serve.queue.Wish.NamedControl;
import dev.hypersd.serve.queue.Wish.NamedLora;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleConsumer;

/**
 * Reads what to generate from the fields of this server's own requests: {@code prompt}, {@code negative_prompt}, {@code
 * model}, {@code loras}, {@code sampler}, {@code steps}, {@code eta}, {@code guidance}, {@code seed}, {@code width} and
 * {@code height}, {@code image}, {@code mask} and {@code strength}, {@code control}. Live sessions use them, and
 * requests to OpenAI's API beside the fields of that.
 */
final class GenerationFields {
    private static final long SEEDS = 1L << 32;

    /** Doubles represent all whole numbers up to this one. */
    private static final long MAX_WHOLE = 1L << 53;

    private GenerationFields() {}

    /** Reads all fields of {@code body}. */
    static Wish.Builder wish(JsonObject body, RequestMemory.Reservation memory) {
        Wish.Builder wish = Wish.of(body.optionalString("prompt")
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the request has no prompt")));
        body.optionalString("negative_prompt").ifPresent(wish::negative);
        body.optionalString("model").ifPresent(wish::model);
        body.optionalString("sampler").ifPresent(wish::sampler);
        if (body.has("steps")) {
            wish.steps(body.integer("steps", 1));
        }
        number(body, "eta", wish::eta);
        number(body, "guidance", wish::guidance);
        number(body, "strength", wish::strength);
        wish.seed(seed(body));
        if (body.has("width") || body.has("height")) {
            wish.size(body.integer("width", 0), body.integer("height", 0));
        }
        if (body.isList("loras")) {
            wish.loras(body.objects("loras").stream()
                    .map(lora -> new NamedLora(lora.string("name", ""), lora.number("weight", 1)))
                    .toList());
        }
        body.optionalString("image").ifPresent(image -> wish.original(original(image, body, memory)));
        body.object("control").ifPresent(control -> wish.control(control(control, memory)));
        return wish;
    }

    /** A size such as {@code 512x768}; empty for {@code auto}, which is the size that the model was trained at. */
    static Optional<Size> size(String text) {
        if (text.equals("auto")) {
            return Optional.empty();
        }
        String[] sides = text.split("x", -1);
        try {
            if (sides.length == 2) {
                return Optional.of(new Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1])));
            }
        } catch (NumberFormatException e) {
            // Reported below, together with a text that has not two sides.
        }
        throw new ApiException(ErrorCode.MALFORMED, "size must be WIDTHxHEIGHT in pixels, such as 512x512, or auto");
    }

    /** The field {@code seed}, or a random seed where it is absent or negative. */
    static long seed(JsonObject body) {
        return seed(body.number("seed", -1));
    }

    /** The seed that {@code number} stands for: a random one if it is negative. */
    static long seed(double number) {
        if (number != Math.rint(number) || Math.abs(number) > MAX_WHOLE) {
            throw new ApiException(ErrorCode.MALFORMED, "seed must be a whole number up to 2^53");
        }
        return number < 0 ? ThreadLocalRandom.current().nextLong(SEEDS) : (long) number;
    }

    private static Original original(String image, JsonObject body, RequestMemory.Reservation memory) {
        return new Original(
                UploadedImages.base64("image", image, memory),
                body.optionalString("mask").map(mask -> UploadedImages.base64("mask", mask, memory)));
    }

    private static NamedControl control(JsonObject control, RequestMemory.Reservation memory) {
        return new NamedControl(
                control.string("name", ""),
                UploadedImages.base64("control.image", control.string("image", ""), memory),
                control.number("scale", 1));
    }

    /**
     * The number that {@code text} writes, for values that do not come as JSON.
     *
     * @param field the name of the field, for messages
     */
    static double number(String field, String text) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with infinities and NaN.
        }
        throw new ApiException(
                ErrorCode.MALFORMED, "%s must be a number, not \"%s\"".formatted(field, shortened(text)));
    }

    /** The whole number that {@code text} writes, as {@link #number}. */
    static int wholeNumber(String field, String text) {
        double number = number(field, text);
        if (number != (int) number) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "%s must be a whole number, not \"%s\"".formatted(field, shortened(text)));
        }
        return (int) number;
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private static void number(JsonObject body, String key, DoubleConsumer set) {
        if (body.has(key)) {
            set.accept(body.number(key, 0));
        }
    }
}
