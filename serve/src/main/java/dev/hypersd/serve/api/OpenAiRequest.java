package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.registry.Quality;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A request to OpenAI's image API, which may also have fields of this server's own ({@link GenerationFields}).
 *
 * @param request what to generate
 * @param format how the images are encoded
 * @param wantsAddresses whether the client wants addresses of images instead of images
 * @param partialImages how many previews to send in a stream of events; empty where the client wants no stream
 */
record OpenAiRequest(ClientRequest request, OutputFormat format, boolean wantsAddresses, OptionalInt partialImages) {
    private static final int MAX_PARTIAL_IMAGES = 3;

    /**
     * The fields that OpenAI documents and this server does not implement. Here, {@code steps} corresponds to {@code
     * quality}, and {@code strength} determines how faithful an edit is.
     */
    private static final Map<String, List<Object>> WITHOUT_EFFECT = Map.of(
            "quality", List.of("auto", "standard"),
            "style", List.of("vivid"),
            "moderation", List.of("auto"),
            "input_fidelity", List.of("low"),
            "user", List.of());

    /** Reads the fields of a generation. */
    static OpenAiRequest generation(JsonObject body, RequestMemory.Reservation memory) {
        return of(body, options(body, memory));
    }

    /** Reads the parts of an edit. OpenAI's masks are transparent where the image is redrawn. */
    static OpenAiRequest edit(MultipartForm form, RequestMemory.Reservation memory) {
        GenerationOptions.Builder options = options(form.fields(), memory);
        form.file("mask")
                .ifPresent(mask -> options.mask(PictureSource.of(UploadedImages.transparentMask(mask, memory))));
        return of(form.fields(), options.image(original(form, memory)));
    }

    /** Reads the parts of a variation, which is an edit without a prompt. */
    static OpenAiRequest variation(MultipartForm form, RequestMemory.Reservation memory) {
        JsonObject fields =
                form.fields().has("prompt") ? form.fields() : form.fields().with("prompt", "");
        return of(fields, options(fields, memory).image(original(form, memory)));
    }

    private static GenerationOptions.Builder options(JsonObject body, RequestMemory.Reservation memory) {
        GenerationOptions.Builder options = GenerationFields.options(body, memory);
        return body.has("n") ? options.count(body.integer("n", 1)) : options;
    }

    private static PictureSource original(MultipartForm form, RequestMemory.Reservation memory) {
        byte[] image = form.file("image")
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the form has no part named image"));
        return PictureSource.of(
                UploadedImages.decode("image", image, GenerationFields.background(form.fields()), memory));
    }

    private static OpenAiRequest of(JsonObject body, GenerationOptions.Builder options) {
        refuse(
                body.choice("background", "auto", List.of("auto", "opaque", "transparent"), text -> text)
                        .equals("transparent"),
                "background: pictures have no transparent parts; choose opaque or auto");
        List<String> warnings = new ArrayList<>();
        OutputFormat format = OutputFormat.of(body, warnings);
        String response =
                body.choice("response_format", defaultResponse(body), List.of("b64_json", "url"), text -> text);
        OptionalInt partialImages = partialImages(body, warnings);
        boolean wantsAddresses = response.equals("url") && partialImages.isEmpty();
        if (response.equals("url") && body.has("response_format") && !wantsAddresses) {
            warnings.add("response_format has no effect: the images themselves are streamed");
        }
        warnings.addAll(FieldWarnings.of(body, WITHOUT_EFFECT));
        return new OpenAiRequest(
                new ClientRequest(options.build(), GenerationFields.quality(body, Quality.FINAL), warnings),
                format,
                wantsAddresses,
                partialImages);
    }

    /** OpenAI answers addresses for its older models, and clients of those read nothing else. */
    private static String defaultResponse(JsonObject body) {
        return body.string("model", "").startsWith("dall-e-") ? "url" : "b64_json";
    }

    private static OptionalInt partialImages(JsonObject body, List<String> warnings) {
        int count = body.integer("partial_images", 0);
        refuse(
                count < 0 || count > MAX_PARTIAL_IMAGES,
                "partial_images is 0 to %d, not %d".formatted(MAX_PARTIAL_IMAGES, count));
        if (body.flag("stream", false)) {
            return OptionalInt.of(count);
        }
        if (count > 0) {
            warnings.add("partial_images has no effect without stream");
        }
        return OptionalInt.empty();
    }

    /** Returns this request for the present model, whatever model it names. */
    OpenAiRequest forPresentModel() {
        GenerationOptions options =
                request.options().toBuilder().unset(Option.MODEL).build();
        return new OpenAiRequest(
                new ClientRequest(options, request.quality(), request.warnings()),
                format,
                wantsAddresses,
                partialImages);
    }

    private static void refuse(boolean asked, String sentence) {
        if (asked) {
            throw new ApiException(ErrorCode.MALFORMED, sentence);
        }
    }
}
