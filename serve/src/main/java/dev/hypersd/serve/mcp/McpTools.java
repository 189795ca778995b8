package dev.hypersd.serve.mcp;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.api.GenerationFields;
import dev.hypersd.serve.api.OutputFormat;
import dev.hypersd.serve.api.Waiting;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The tools that draw: {@code generate_image}, {@code edit_image} and {@code list_models}. Their arguments are the
 * options of pictures by their names in JSON. A call that fails has one sentence as its result, as in all other APIs.
 */
final class McpTools {
    private static final Path ARGUMENTS = Path.of("arguments");

    private static final String INSTRUCTIONS = """
            Draws pictures with Stable Diffusion on this machine. A prompt describes what is to be seen. The settings \
            have defaults that suit the model, so leave out what the user does not ask for. The text of a result has \
            the seed, with which the same picture is drawn again, and all settings.""";

    private final GenerationQueue queue;
    private final McpPictures pictures;

    /** Makes tools that draw in {@code queue}, and read the pictures that they are given with {@code pictures}. */
    McpTools(GenerationQueue queue, McpPictures pictures) {
        this.queue = queue;
        this.pictures = pictures;
    }

    /** Adds the tools to a server, whose handlers run on the threads of its transport. */
    void addTo(McpServer.SyncSpecification<?> server) {
        var _ = server.serverInfo("hypersd", version())
                .instructions(INSTRUCTIONS)
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .jsonMapper(McpMessages.MAPPER)
                // Arguments are read with sentences of this project, and no tool promises a form of its result.
                .validateToolInputs(false)
                .jsonSchemaValidator((schema, content) -> {
                    throw new IllegalStateException("no schema is validated here");
                })
                .immediateExecution(true)
                .toolCall(
                        McpSchemas.generateImage(), (exchange, request) -> answer(() -> draw(exchange, request, false)))
                .toolCall(
                        McpSchemas.editImage(pictures.readsFiles()),
                        (exchange, request) -> answer(() -> draw(exchange, request, true)))
                .toolCall(McpSchemas.listModels(), (_, request) -> answer(() -> list(request)));
    }

    private static String version() {
        return Objects.requireNonNullElse(McpTools.class.getPackage().getImplementationVersion(), "unreleased");
    }

    /** Something that a tool does. */
    private interface Work {
        CallToolResult run() throws IOException;
    }

    private static CallToolResult answer(Work work) {
        try {
            return work.run();
        } catch (IOException | RuntimeException | Error e) {
            return CallToolResult.builder()
                    .isError(true)
                    .addTextContent(ApiError.of(e).message())
                    .build();
        }
    }

    private CallToolResult draw(McpSyncServerExchange exchange, CallToolRequest request, boolean isEdit)
            throws IOException {
        McpCall call = McpCall.of(exchange);
        JsonObject arguments = arguments(request);
        GenerationOptions options = GenerationFields.options(
                        arguments, (name, text) -> pictures.read(name, text, arguments, call.memory()))
                .build();
        List<String> warnings = new ArrayList<>();
        OutputFormat format = OutputFormat.of(arguments, warnings);
        arguments.refuseUnread();
        if (isEdit && !options.has(Option.IMAGE)) {
            throw new ApiException(ErrorCode.MALFORMED, "edit_image needs the picture to edit: give it as image");
        }
        BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
        GenerationJob job = queue.submit(call.client(), options, Quality.FINAL, steps::add);
        List<GeneratedImage> images = Waiting.images(queue, job, call::isOver, () -> report(exchange, request, steps));
        report(exchange, request, steps);
        warnings.addAll(job.warnings());
        return result(images, warnings, format);
    }

    private static JsonObject arguments(CallToolRequest request) {
        Map<String, Object> given = Objects.requireNonNullElse(request.arguments(), Map.of());
        return Json.of(ARGUMENTS, Json.MAPPER.valueToTree(given));
    }

    /** Tells the client of the steps that were completed, if it wants to know. */
    private static void report(McpSyncServerExchange exchange, CallToolRequest request, BlockingQueue<Step> steps) {
        Object token = request.meta() == null ? null : request.meta().get("progressToken");
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
            if (token != null) {
                exchange.progressNotification(ProgressNotification.builder(token, step.number())
                        .total((double) step.total())
                        .message("step %d of %d".formatted(step.number(), step.total()))
                        .build());
            }
        }
    }

    private static CallToolResult result(List<GeneratedImage> images, List<String> warnings, OutputFormat format) {
        CallToolResult.Builder result = CallToolResult.builder();
        for (GeneratedImage image : images) {
            byte[] encoded = format.encoder().encode(image.image(), Optional.of(image.parameters()));
            result.addContent(ImageContent.builder(Base64.getEncoder().encodeToString(encoded), format.mediaType())
                    .build());
        }
        images.forEach(image -> result.addTextContent(image.parameters().toText()));
        warnings.forEach(warning -> result.addTextContent("Warning: " + warning));
        return result.build();
    }

    private CallToolResult list(CallToolRequest request) {
        arguments(request).refuseUnread();
        ModelRegistry registry = queue.registry();
        Map<String, Object> lists = new LinkedHashMap<>();
        lists.put("models", registry.modelNames());
        lists.put("present_model", queue.model());
        lists.put("loras", List.copyOf(registry.loras().all().keySet()));
        lists.put("control_nets", List.copyOf(registry.controlNets().all().keySet()));
        lists.put("preprocessors", List.copyOf(registry.preprocessors().keySet()));
        lists.put("samplers", Samplers.names());
        return CallToolResult.builder()
                .addTextContent(Json.MAPPER.writeValueAsString(lists))
                .build();
    }
}
