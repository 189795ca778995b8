package dev.hypersd.serve.api;

import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.image.WebP;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request to OpenAI's image API, which may also have fields of this server's own ({@link GenerationFields}).
 *
 * @param request the options and warnings
 * @param format the format of the images
 */
record OpenAiRequest(ClientRequest request, ImageFormat format) {
    /**
     * The fields that OpenAI documents and this server does not implement. Here, {@code steps} corresponds to {@code
     * quality}, and {@code strength} determines how faithful an edit is.
     */
    private static final Map<String, List<Object>> WITHOUT_EFFECT = Map.of(
            "quality", List.of("auto", "standard"),
            "style", List.of("vivid"),
            "moderation", List.of("auto"),
            "input_fidelity", List.of("low"),
            "partial_images", List.of(),
            "user", List.of());

    /** Reads the fields of a generation. */
    static OpenAiRequest generation(JsonObject body, RequestMemory.Reservation memory) {
        return of(body, GenerationFields.options(body, memory));
    }

    /** Reads the parts of an edit. OpenAI's masks are transparent where the image is redrawn. */
    static OpenAiRequest edit(MultipartForm form, RequestMemory.Reservation memory) {
        GenerationOptions.Builder options = GenerationFields.options(form.fields(), memory);
        byte[] image = form.file("image")
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the form has no part named image"));
        options.image(PictureSource.of(UploadedImages.decode("image", image, memory)));
        form.file("mask")
                .ifPresent(mask -> options.mask(PictureSource.of(UploadedImages.transparentMask(mask, memory))));
        return of(form.fields(), options);
    }

    private static OpenAiRequest of(JsonObject body, GenerationOptions.Builder options) {
        if (body.has("n")) {
            options.count(body.integer("n", 1));
        }
        refuse(
                body.string("background", "auto").equals("transparent"),
                "background: pictures have no transparent parts; ask for opaque or auto");
        refuse(body.flag("stream", false), "stream: images come in one piece; live sessions at /v1/live show previews");
        refuse(
                body.string("response_format", "b64_json").equals("url"),
                "response_format: images are not kept at a URL; ask for b64_json");
        List<String> warnings = new ArrayList<>();
        ImageFormat format = format(body, warnings);
        warnings.addAll(FieldWarnings.of(body, WITHOUT_EFFECT));
        return new OpenAiRequest(new ClientRequest(options.build(), warnings), format);
    }

    /** Reads the format of the images. Of these formats only JPEG is lossy. */
    private static ImageFormat format(JsonObject body, List<String> warnings) {
        String name = body.choice("output_format", "png", List.of("png", "jpeg", "webp"), text -> text);
        int quality = body.integer("output_compression", Jpeg.USUAL_QUALITY);
        refuse(quality < 0 || quality > 100, "output_compression is 0 to 100, not " + quality);
        if (body.has("output_compression") && quality < 100 && !name.equals("jpeg")) {
            warnings.add("output_compression has no effect: %s is written without loss".formatted(name));
        }
        return switch (name) {
            case "jpeg" -> new Jpeg(Math.max(1, quality));
            case "webp" -> new WebP();
            default -> new Png();
        };
    }

    private static void refuse(boolean asked, String sentence) {
        if (asked) {
            throw new ApiException(ErrorCode.MALFORMED, sentence);
        }
    }
}
