package dev.hypersd.serve.api;

import dev.hypersd.request.LearnedWord;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes of AUTOMATIC1111's web interface and of its ControlNet extension that front ends call when they start.
 * They return lists to choose from, which are empty for what this server does not have.
 */
final class Automatic1111Lists {
    private static final String ROOT = "/sdapi/v1/";
    private static final int CONTROL_NET_VERSION = 2;

    private final GenerationQueue queue;

    Automatic1111Lists(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the routes. */
    void register(RoutesConfig routes) {
        get(routes, ROOT + "sd-models", this::models);
        get(routes, ROOT + "samplers", Automatic1111Lists::samplers);
        get(routes, ROOT + "schedulers", Automatic1111Lists::schedulers);
        get(routes, ROOT + "loras", this::loras);
        get(routes, ROOT + "embeddings", this::embeddings);
        get(routes, ROOT + "upscalers", Automatic1111Upscaler::list);
        for (String empty : List.of(
                "latent-upscale-modes",
                "sd-vae",
                "sd-modules",
                "hypernetworks",
                "face-restorers",
                "realesrgan-models",
                "prompt-styles",
                "script-info",
                "extensions")) {
            get(routes, ROOT + empty, List::of);
        }
        get(routes, ROOT + "scripts", this::scripts);
        get(routes, ROOT + "cmd-flags", () -> Map.of("api", true, "nowebui", false));
        get(routes, ROOT + "memory", Automatic1111Lists::memory);
        get(routes, "/controlnet/version", () -> Map.of("version", CONTROL_NET_VERSION));
        get(routes, "/controlnet/model_list", () -> Map.of("model_list", controlNets()));
        get(routes, "/controlnet/module_list", () -> Map.of("module_list", modules(), "module_detail", Map.of()));
        get(routes, "/controlnet/control_types", this::controlTypes);
        get(routes, "/controlnet/settings", () -> Map.of("control_net_unit_count", Limits.Generation.MAX_CONTROLS));
        get(routes, "/internal/ping", Map::of);
        get(routes, "/queue/status", () -> Map.of("msg", "estimation", "queue_size", queue.waiting()));
        get(routes, "/config", Automatic1111Lists::config);
        for (String refresh : List.of("checkpoints", "loras", "vae", "embeddings")) {
            routes.post(ROOT + "refresh-" + refresh, context -> Responses.json(context, Map.of()));
        }
        routes.post(ROOT + "interrogate", Automatic1111Lists::interrogate);
    }

    /** Makes the response of a route, anew for each request. */
    private interface Answer {
        Object make();
    }

    private static void get(RoutesConfig routes, String path, Answer answer) {
        routes.get(path, context -> Responses.json(context, answer.make()));
    }

    private Object models() {
        return queue.registry().modelNames().stream()
                .map(Automatic1111Lists::model)
                .toList();
    }

    private static Map<String, Object> model(String name) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", name);
        model.put("model_name", name);
        model.put("hash", null);
        model.put("sha256", null);
        model.put("filename", name);
        model.put("config", null);
        return model;
    }

    private static Object samplers() {
        return Samplers.names().stream()
                .map(name ->
                        Map.of("name", Samplers.named(name).title(), "aliases", List.of(name), "options", Map.of()))
                .toList();
    }

    /** Returns the schedules. Samplers here have their own schedule and some that of Karras. */
    private static Object schedulers() {
        return List.of(scheduler("automatic", "Automatic"), scheduler("karras", "Karras"));
    }

    private static Map<String, Object> scheduler(String name, String label) {
        Map<String, Object> scheduler = new LinkedHashMap<>();
        scheduler.put("name", name);
        scheduler.put("label", label);
        scheduler.put("aliases", List.of());
        scheduler.put("default_rho", -1);
        scheduler.put("need_inner_model", false);
        return scheduler;
    }

    private Object loras() {
        return queue.registry().loras().all().keySet().stream()
                .map(name -> Map.of("name", name, "alias", name, "path", name, "metadata", Map.of()))
                .toList();
    }

    private Object embeddings() {
        Map<String, Object> loaded = new LinkedHashMap<>();
        for (LearnedWord word : queue.registry().defaultWords()) {
            loaded.put(word.word(), Map.of("shape", 0, "vectors", 0));
        }
        return Map.of("loaded", loaded, "skipped", Map.of());
    }

    private Object scripts() {
        List<String> scripts = controlNets().isEmpty() ? List.of() : List.of("controlnet");
        return Map.of("txt2img", scripts, "img2img", scripts);
    }

    private static Object memory() {
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> ram = Map.of(
                "free", runtime.freeMemory(),
                "used", runtime.totalMemory() - runtime.freeMemory(),
                "total", runtime.maxMemory());
        return Map.of("ram", ram, "cuda", Map.of("error", "unavailable"));
    }

    private List<String> controlNets() {
        return List.copyOf(queue.registry().controlNets().all().keySet());
    }

    private List<String> modules() {
        List<String> modules = new ArrayList<>(List.of("none"));
        modules.addAll(queue.registry().preprocessors().keySet());
        return modules;
    }

    private Object controlTypes() {
        List<String> models = new ArrayList<>(List.of("None"));
        models.addAll(controlNets());
        Map<String, Object> all = Map.of(
                "module_list", modules(), "model_list", models, "default_option", "none", "default_model", "None");
        return Map.of("control_types", Map.of("All", all));
    }

    /** Returns the configuration of the web interface. This server does not have one, so it has no components. */
    private static Object config() {
        return Map.of("version", "3.41.2", "mode", "blocks", "components", List.of(), "dependencies", List.of());
    }

    private static void interrogate(Context context) {
        throw new ApiException(ErrorCode.NOT_FOUND, "this server cannot describe pictures: it has no model for that");
    }
}
