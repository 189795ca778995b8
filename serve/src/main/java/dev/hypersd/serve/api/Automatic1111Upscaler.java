package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.image.Resampling;
import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The routes of AUTOMATIC1111's tab "Extras": enlarges pictures with resampling filters. */
final class Automatic1111Upscaler {
    private static final Map<String, List<Object>> WITHOUT_EFFECT = Map.of(
            "show_extras_results", List.of(true),
            "gfpgan_visibility", List.of(),
            "codeformer_visibility", List.of(),
            "codeformer_weight", List.of(),
            "upscaler_2", List.of("None"),
            "extras_upscaler_2_visibility", List.of(),
            "upscale_first", List.of());

    private static final int TO_SIZE = 1;

    private final GenerationQueue queue;

    Automatic1111Upscaler(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the routes. */
    void register(RoutesConfig routes) {
        routes.post("/sdapi/v1/extra-single-image", this::single);
        routes.post("/sdapi/v1/extra-batch-images", this::batch);
    }

    /** Returns the upscalers that there are, as front ends list them. */
    static List<Map<String, Object>> list() {
        return List.of(describe("None"), describe("Lanczos"), describe("Bicubic"));
    }

    private static Map<String, Object> describe(String name) {
        Map<String, Object> upscaler = new LinkedHashMap<>();
        upscaler.put("name", name);
        upscaler.put("model_name", null);
        upscaler.put("model_path", null);
        upscaler.put("model_url", null);
        upscaler.put("scale", 4);
        return upscaler;
    }

    private void single(Context context) {
        JsonObject body = RequestBody.json(context).lenient();
        String image = enlarged(body, body.string("image", ""), RequestMemory.of(context));
        Responses.json(context, Map.of("html_info", "", "image", image, "warnings", warnings(context, body)));
    }

    private void batch(Context context) {
        JsonObject body = RequestBody.json(context).lenient();
        List<String> images = new ArrayList<>();
        for (JsonObject file : body.objects("imageList")) {
            var _ = file.has("name");
            images.add(enlarged(body, file.string("data", ""), RequestMemory.of(context)));
        }
        Responses.json(context, Map.of("html_info", "", "images", images, "warnings", warnings(context, body)));
    }

    private static List<String> warnings(Context context, JsonObject body) {
        List<String> warnings = FieldWarnings.of(body, WITHOUT_EFFECT);
        Responses.warn(context, warnings);
        return warnings;
    }

    private String enlarged(JsonObject body, String base64, RequestMemory.Reservation memory) {
        Image picture = UploadedImages.base64("image", base64, memory);
        String upscaler = body.string("upscaler_1", "None");
        Image larger = switch (upscaler.toLowerCase(Locale.ROOT)) {
            case "none" -> picture;
            case "lanczos" -> resized(body, picture, Resampling.LANCZOS, memory);
            case "bicubic" -> resized(body, picture, Resampling.BICUBIC, memory);
            default ->
                throw new ApiException(
                        ErrorCode.UNKNOWN_NAME,
                        "there is no upscaler \"%s\": choose None, Lanczos or Bicubic"
                                .formatted(FieldWarnings.shortened(upscaler)));
        };
        return Base64.getEncoder().encodeToString(new Png().encode(larger, Optional.empty()));
    }

    private Image resized(JsonObject body, Image picture, Resampling filter, RequestMemory.Reservation memory) {
        boolean isToSize = body.integer("resize_mode", 0) == TO_SIZE;
        double factor = body.number("upscaling_resize", 2);
        int asked = body.integer("upscaling_resize_w", 512);
        int askedHeight = body.integer("upscaling_resize_h", 512);
        boolean isCropped = body.flag("upscaling_crop", true);
        double scale = isToSize
                ? Math.max((double) side(asked) / picture.width(), (double) side(askedHeight) / picture.height())
                : factor;
        int width = side(picture.width() * scale);
        int height = side(picture.height() * scale);
        memory.reserveImage(width, height);
        Image larger = picture.resize(width, height, filter);
        return isToSize && isCropped
                ? larger.crop(
                        Math.max(0, (width - asked) / 2),
                        Math.max(0, (height - askedHeight) / 2),
                        Math.min(asked, width),
                        Math.min(askedHeight, height))
                : larger;
    }

    /** A picture may become as large as one that is drawn. */
    private int side(double pixels) {
        int most = queue.limits().generation().maxSide();
        if (!(pixels >= 1 && pixels <= most)) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "a picture is enlarged to 1 to %d pixels, not %s".formatted(most, pixels));
        }
        return (int) Math.round(pixels);
    }
}
