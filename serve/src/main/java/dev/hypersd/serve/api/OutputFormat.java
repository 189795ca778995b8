package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.image.WebP;
import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.List;

/**
 * How images are encoded, by OpenAI's fields {@code output_format} and {@code output_compression}.
 *
 * @param name the format in OpenAI's words: png, jpeg or webp
 * @param encoder encodes images
 */
public record OutputFormat(String name, ImageFormat encoder) {
    /**
     * Reads the fields. Of these formats only JPEG loses something by compression.
     *
     * @param warnings told if the compression has no effect
     */
    public static OutputFormat of(JsonObject body, List<String> warnings) {
        String name = body.choice("output_format", "png", List.of("png", "jpeg", "webp"), text -> text);
        int quality = body.integer("output_compression", Jpeg.USUAL_QUALITY);
        if (quality < 0 || quality > 100) {
            throw new ApiException(ErrorCode.MALFORMED, "output_compression is 0 to 100, not " + quality);
        }
        if (body.has("output_compression") && quality < 100 && !name.equals("jpeg")) {
            warnings.add("output_compression has no effect: %s is written without loss".formatted(name));
        }
        return new OutputFormat(
                name,
                switch (name) {
                    case "jpeg" -> new Jpeg(Math.max(1, quality));
                    case "webp" -> new WebP();
                    default -> new Png();
                });
    }

    /** Returns the media type of encoded images. */
    public String mediaType() {
        return "image/" + name;
    }
}
