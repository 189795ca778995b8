package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The part of ComfyUI's API by which other programs submit graphs: text to image, image to image, inpainting, LoRAs and
 * ControlNets. Each client sees its own graphs and images alone.
 */
public final class ComfyRoutes {
    /** The name of an image: the id of the graph, and its number. */
    private static final Pattern FILE = Pattern.compile("([0-9a-f-]{36})_(\\d{1,4})\\.png");

    private static final Pattern CHOSEN_ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final GenerationQueue queue;
    private final RequestMemory memory;
    private final ComfySockets sockets;
    private final JobStore jobs = JobStore.open();
    private final PictureStore uploads = new PictureStore(System::nanoTime);

    /** Images under names that clients have chosen, which begin with the address of the client. */
    private final PictureStore sent = new PictureStore(System::nanoTime);

    /** Creates routes whose graphs generate in {@code queue} and reserve what they hold from {@code memory}. */
    public ComfyRoutes(GenerationQueue queue, RequestMemory memory) {
        this.queue = queue;
        this.memory = memory;
        this.sockets = new ComfySockets(queue);
    }

    /** Adds the routes, which ComfyUI has below {@code /api} too. */
    public void register(RoutesConfig routes) {
        register(routes, "");
        register(routes, "/api");
    }

    private void register(RoutesConfig routes, String root) {
        routes.get(root + "/system_stats", ComfyRoutes::system);
        routes.get(root + "/object_info", context -> Responses.json(context, ComfyNodes.describe(queue)));
        routes.get(root + "/object_info/{node}", this::node);
        routes.get(
                root + "/embeddings",
                context -> Responses.json(
                        context,
                        queue.registry().defaultWords().stream()
                                .map(word -> word.word())
                                .toList()));
        routes.get(
                root + "/prompt",
                context -> Responses.json(context, Map.of("exec_info", Map.of("queue_remaining", queue.waiting()))));
        routes.post(root + "/prompt", this::submit);
        routes.get(root + "/queue", this::waiting);
        routes.post(root + "/queue", this::cancel);
        routes.get(root + "/history", context -> Responses.json(context, history(jobs.of(context.ip()))));
        routes.get(
                root + "/history/{id}",
                context -> Responses.json(
                        context,
                        history(jobs.find(context.ip(), context.pathParam("id")).stream()
                                .toList())));
        routes.get(root + "/view", this::view);
        routes.post(root + "/upload/image", this::upload);
        routes.post(root + "/interrupt", context -> {
            queue.interrupt(Client.of(context.ip()));
            Responses.json(context, Map.of());
        });
        routes.ws(root + "/ws", sockets::configure);
        new KritaRoutes(queue, sent, this::image).register(routes, root + "/etn");
    }

    private static void system(Context context) {
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("name", "cpu");
        device.put("type", "cpu");
        device.put("index", null);
        for (String memory : List.of("vram_total", "torch_vram_total")) {
            device.put(memory, runtime.maxMemory());
        }
        for (String memory : List.of("vram_free", "torch_vram_free")) {
            device.put(memory, runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory());
        }
        Map<String, Object> system = Map.of(
                "os",
                "hypersd",
                "comfyui_version",
                "hypersd",
                "python_version",
                "",
                "pytorch_version",
                "",
                "argv",
                List.of());
        Responses.json(context, Map.of("system", system, "devices", List.of(device)));
    }

    private void node(Context context) {
        Object node = ComfyNodes.describe(queue).get(context.pathParam("node"));
        Responses.json(context, node == null ? Map.of() : Map.of(context.pathParam("node"), node));
    }

    private void submit(Context context) {
        JsonNode body = body(context);
        RequestMemory.Reservation reservation = memory.open(Sender.of(context));
        try {
            reservation.reserveBody(Math.max(0, context.req().getContentLengthLong()));
            SubmittedJob job = submit(context, body, reservation);
            Responses.warn(context, job.warnings());
            Responses.json(
                    context,
                    Map.of("prompt_id", job.id(), "number", 0, "node_errors", Map.of(), "warnings", job.warnings()));
        } catch (RuntimeException e) {
            reservation.close();
            throw e;
        }
    }

    private SubmittedJob submit(Context context, JsonNode body, RequestMemory.Reservation reservation) {
        int maxSide = queue.limits().generation().maxSide();
        String client = context.ip();
        ComfyWorkflow.Read read =
                ComfyWorkflow.read(body.path("prompt"), new ComfyImages(client, uploads, sent, reservation, maxSide));
        String id = id(body.path("prompt_id").asString(""));
        ComfySockets.Listener listener =
                sockets.new Listener(client, body.path("client_id").asString(""), id, read.output());
        boolean sendsImages = read.sendsImages();
        GenerationJob job = queue.submit(
                Client.of(client), read.request().options(), read.request().quality(), listener::onStep);
        SubmittedJob submitted =
                new SubmittedJob(id, client, job, read.finish(), read.request().warnings(), Optional.of(read.output()));
        jobs.keep(submitted);
        var _ = submitted.images().whenComplete((images, failure) -> {
            reservation.close();
            Thread.ofVirtual().name("hypersd-encoder").start(() -> {
                if (failure == null) {
                    List<byte[]> sent =
                            sendsImages ? images.stream().map(submitted::encode).toList() : List.of();
                    listener.onImages(sent, Map.of("images", files(id, images.size())));
                } else {
                    listener.onFailure(failure);
                }
            });
        });
        return submitted;
    }

    /** Returns the images of a graph as files, which {@link #view} finds by their names. */
    private static List<Map<String, Object>> files(String id, int count) {
        List<Map<String, Object>> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = "%s_%d".formatted(id, i);
            files.add(Map.of(
                    "filename",
                    name + ".png",
                    "subfolder",
                    "",
                    "type",
                    "output",
                    "source",
                    "http",
                    "id",
                    name,
                    "content-type",
                    "image/png"));
        }
        return files;
    }

    private static Map<String, Object> history(List<SubmittedJob> of) {
        Map<String, Object> history = new LinkedHashMap<>();
        for (SubmittedJob job : of) {
            if (job.images().isDone()) {
                history.put(job.id(), finished(job));
            }
        }
        return history;
    }

    private static Map<String, Object> finished(SubmittedJob job) {
        Optional<ApiError> failure = job.failure();
        boolean isDone = failure.isEmpty();
        ComfyWorkflow.Output output = job.node().orElseThrow();
        Map<String, Object> shown =
                Map.of("images", files(job.id(), isDone ? job.images().join().size() : 0));
        List<Object> messages = failure
                .map(error -> ComfySockets.failure(job.id(), output, error))
                .<Object>map(message -> List.of(message.get("type"), message.get("data")))
                .stream()
                .toList();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("prompt", place(job));
        entry.put("outputs", isDone ? Map.of(output.id(), shown) : Map.of());
        entry.put(
                "status",
                Map.of("status_str", isDone ? "success" : "error", "completed", isDone, "messages", messages));
        return entry;
    }

    /** Returns the entry of a graph in ComfyUI's lists: number, id, graph, further data, and the nodes with outputs. */
    private static List<Object> place(SubmittedJob job) {
        return List.of(
                0,
                job.id(),
                Map.of(),
                Map.of(),
                job.node().stream().map(ComfyWorkflow.Output::id).toList());
    }

    private void waiting(Context context) {
        List<Object> running = new ArrayList<>();
        List<Object> pending = new ArrayList<>();
        for (SubmittedJob job : jobs.of(context.ip())) {
            if (!job.images().isDone()) {
                (job.isWaiting(queue) ? pending : running).add(place(job));
            }
        }
        Responses.json(context, Map.of("queue_running", running, "queue_pending", pending));
    }

    /** Cancels the graphs that the body lists, or all that wait. */
    private void cancel(Context context) {
        JsonNode body = body(context);
        List<String> listed =
                body.path("delete").valueStream().map(id -> id.asString("")).toList();
        for (SubmittedJob job : jobs.of(context.ip())) {
            boolean isCleared = body.path("clear").asBoolean(false) && job.isWaiting(queue);
            if (isCleared || listed.contains(job.id())) {
                job.cancel(queue);
            }
        }
        Responses.json(context, Map.of());
    }

    private void view(Context context) {
        String name = Optional.ofNullable(context.queryParam("filename")).orElse("");
        Optional<PictureStore.Picture> upload = uploads.find(name.replaceFirst("\\.[a-z]{3,4}$", ""));
        if (upload.isPresent()) {
            context.contentType(upload.get().mediaType()).result(upload.get().content());
            return;
        }
        context.contentType("image/png").result(image(context.ip(), name));
    }

    /** Returns an encoded image of a graph of this client. */
    private byte[] image(String client, String name) {
        Matcher file = FILE.matcher(name);
        return Optional.of(file)
                .filter(Matcher::matches)
                .flatMap(parts -> jobs.find(client, parts.group(1)))
                .filter(job -> job.images().isDone() && !job.images().isCompletedExceptionally())
                .flatMap(job -> job.images().join().stream()
                        .skip(Integer.parseInt(file.group(2)))
                        .findFirst()
                        .map(job::encode))
                .orElseThrow(() -> new ApiException(ErrorCode.NOT_FOUND, "there is no such image of this client"));
    }

    /** Returns the id that a client has chosen for its graph, if it is one and new, and otherwise a new one. */
    private String id(String chosen) {
        boolean isFree = CHOSEN_ID.matcher(chosen).matches() && !jobs.has(chosen);
        return isFree ? chosen : UUID.randomUUID().toString();
    }

    private void upload(Context context) {
        MultipartForm form = MultipartForm.of(context);
        byte[] content = form.file("image")
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the form has no part named image"));
        // An image that cannot be read is refused now, and not when a graph loads it.
        var _ = UploadedImages.decode("image", content, RequestMemory.of(context));
        Responses.json(
                context,
                Map.of(
                        "name",
                        uploads.keep(content, "application/octet-stream") + ".png",
                        "subfolder",
                        "",
                        "type",
                        "input"));
    }

    private static JsonNode body(Context context) {
        try {
            return Json.MAPPER.readTree(Json.utf8(RequestBody.NAME, RequestBody.bytes(context)));
        } catch (JacksonException e) {
            throw new ApiException(ErrorCode.MALFORMED, "the body is not valid JSON");
        }
    }
}
