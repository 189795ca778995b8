package dev.hypersd.serve.mcp;

import dev.hypersd.json.Json;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The descriptions of the tools. Their arguments are described by the fields of the server's other APIs ({@code
 * openapi.json}), of which a test checks that they are all options of pictures.
 */
final class McpSchemas {
    private static final String DESCRIPTION = "/dev/hypersd/serve/page/openapi.json";

    /** The options that need a picture to start from. */
    private static final Set<String> OF_EDITS =
            Set.of("image", "mask", "strength", "kept_strength", "exact_steps", "extend");

    private static final Set<String> OF_OUTPUT = Set.of("output_format", "output_compression");

    /** What the description of the other APIs calls lists, which are one tool here. */
    private static final String LISTS = "/v1/choices|/v1/models|/controlnet/module_list";

    private McpSchemas() {}

    /** Describes the tool that draws from a prompt. */
    static Tool generateImage() {
        ObjectNode arguments = arguments();
        arguments.remove(OF_EDITS);
        return tool("generate_image", "Draw pictures of a prompt.", arguments, "prompt");
    }

    /**
     * Describes the tool that redraws a picture.
     *
     * @param readsFiles whether pictures can be named by files
     */
    static Tool editImage(boolean readsFiles) {
        ObjectNode arguments = arguments();
        if (readsFiles) {
            for (String picture : List.of("image", "mask")) {
                ObjectNode described = (ObjectNode) arguments.get(picture);
                described.put("description", described.get("description").asString() + " Or the path of a file.");
            }
        }
        return tool(
                "edit_image",
                "Redraw a picture by a prompt, as a whole or where a mask is white.",
                arguments,
                "prompt",
                "image");
    }

    /** Describes the tool that lists what can be named. */
    static Tool listModels() {
        return Tool.builder("list_models", Map.of("type", "object", "properties", Map.of()))
                .description("List the models, LoRAs, ControlNets and samplers that can be named.")
                .annotations(hints())
                .build();
    }

    private static Tool tool(String name, String description, ObjectNode arguments, String... required) {
        Map<String, Object> schema = Map.of(
                "type",
                "object",
                "properties",
                Objects.requireNonNull(Json.MAPPER.convertValue(arguments, Map.class)),
                "required",
                List.of(required),
                "additionalProperties",
                false);
        return Tool.builder(name, schema)
                .description(description)
                .annotations(hints())
                .build();
    }

    /** Tells clients that nothing is changed or reached by a tool. */
    private static ToolAnnotations hints() {
        return ToolAnnotations.builder()
                .readOnlyHint(true)
                .destructiveHint(false)
                .openWorldHint(false)
                .build();
    }

    /** Returns the descriptions of all options of pictures, and of how they are encoded. */
    private static ObjectNode arguments() {
        JsonNode schemas = described().get("components").get("schemas");
        String options = schemas.get("Settings")
                .get("properties")
                .toString()
                .replace(
                        "{\"$ref\":\"#/components/schemas/Control\"}",
                        schemas.get("Control").toString())
                .replaceAll(LISTS, "list_models");
        ObjectNode arguments = (ObjectNode) Json.MAPPER.readTree(options);
        JsonNode output = schemas.get("OpenAiFields").get("properties");
        OF_OUTPUT.forEach(field -> arguments.set(field, output.get(field)));
        return arguments;
    }

    private static JsonNode described() {
        try (InputStream file = Objects.requireNonNull(McpSchemas.class.getResourceAsStream(DESCRIPTION))) {
            return Json.MAPPER.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
