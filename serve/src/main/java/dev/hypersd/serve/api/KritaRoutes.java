package dev.hypersd.serve.api;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The routes that Krita AI Diffusion adds to ComfyUI: what models are, and images that it sends before a graph and
 * fetches afterwards.
 */
final class KritaRoutes {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int MOST_MODELS = 1000;

    private final GenerationQueue queue;
    private final PictureStore sent;
    private final ResultImages results;

    /** Finds the encoded images of graphs. */
    interface ResultImages {
        /** @throws ApiException if {@code client} has no image of this name */
        byte[] find(String client, String name);
    }

    KritaRoutes(GenerationQueue queue, PictureStore sent, ResultImages results) {
        this.queue = queue;
        this.sent = sent;
        this.results = results;
    }

    /** Adds the routes below {@code root}. */
    void register(RoutesConfig routes, String root) {
        routes.get(root + "/languages", context -> Responses.json(context, List.of()));
        routes.get(root + "/model_info", context -> models(context, "checkpoints"));
        routes.get(root + "/model_info/{folder}", context -> models(context, context.pathParam("folder")));
        routes.put(root + "/image/{name}", this::take);
        routes.get(root + "/image/{name}", this::give);
        routes.post(root + "/workflow/subscribe", KritaRoutes::succeed);
        routes.post(root + "/workflow/unsubscribe", KritaRoutes::succeed);
        routes.get(root + "/translate/{language}/{text}", _ -> refuse("this server does not translate"));
        routes.put(
                root + "/upload/{folder}/{name}",
                _ -> refuse(
                        "files are not uploaded here: they lie in the folders that the server was started " + "with"));
    }

    /** Describes a part of the models, of those in files for ComfyUI's other loaders none. */
    private void models(Context context, String folder) {
        List<String> all = folder.equals("checkpoints") ? queue.registry().modelNames() : List.of();
        int offset = number(context, "offset", 0);
        int limit = number(context, "limit", MOST_MODELS);
        Map<String, Object> described = new LinkedHashMap<>();
        all.stream().skip(offset).limit(limit).forEach(name -> described.put(name, describe(name)));
        if (context.queryParam("limit") != null) {
            described.put("_meta", Map.of("offset", offset, "count", described.size(), "total", all.size()));
        }
        Responses.json(context, described);
    }

    private Map<String, Object> describe(String name) {
        try {
            OpenedModel model = queue.registry().model(name).exact().open();
            boolean isVelocity = model.schedule().prediction() == PredictionType.V_PREDICTION;
            return Map.of(
                    "base_model",
                    base(model.family()),
                    "type",
                    isVelocity ? "v-prediction" : "eps",
                    "is_inpaint",
                    model.isForInpainting(),
                    "is_refiner",
                    model.family() == ModelFamily.SDXL_REFINER);
        } catch (InvalidFileException e) {
            return Map.of("base_model", "unknown", "error", "its files cannot be read");
        }
    }

    private static String base(ModelFamily family) {
        return switch (family) {
            case SD15 -> "sd15";
            case SDXL -> "sdxl";
            case SDXL_REFINER -> "sdxl-refiner";
        };
    }

    private static int number(Context context, String name, int absent) {
        String text = context.queryParam(name);
        if (text != null && !text.matches("\\d{1,6}")) {
            throw new ApiException(ErrorCode.MALFORMED, name + " must be a number from 0 on");
        }
        return text == null ? absent : Integer.parseInt(text);
    }

    /** Keeps an image under the name that the client chooses, for this client alone. */
    private void take(Context context) {
        String name = context.pathParam("name");
        if (!NAME.matcher(name).matches()) {
            throw new ApiException(
                    ErrorCode.MALFORMED, "the name of an image is up to 64 letters, digits, hyphens and underscores");
        }
        byte[] content = RequestBody.bytes(context);
        // An image that cannot be read is refused now, and not when a graph loads it.
        var _ = UploadedImages.decode("image", content, RequestMemory.of(context));
        sent.keep(sent(context.ip(), name), content, "application/octet-stream");
        context.status(201);
        succeed(context);
    }

    private void give(Context context) {
        context.contentType("image/png").result(results.find(context.ip(), context.pathParam("name") + ".png"));
    }

    /** Returns the name under which an image of a client is kept. */
    static String sent(String client, String name) {
        return client + " " + name;
    }

    private static void succeed(Context context) {
        Responses.json(context, Map.of("status", "success"));
    }

    private static void refuse(String sentence) {
        throw new ApiException(ErrorCode.NOT_FOUND, sentence);
    }
}
