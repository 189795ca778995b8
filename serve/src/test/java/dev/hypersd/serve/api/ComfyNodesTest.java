package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.ModelRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ComfyNodesTest {
    private static final JsonNode NODES = describe();

    private static JsonNode describe() {
        ModelRegistry registry = ModelRegistry.of(new ModelSource(Path.of("fox"), LoadOptions.DEFAULT));
        try (GenerationQueue queue = GenerationQueue.open(registry, Limits.DEFAULT, new Metrics(), Duration.ZERO)) {
            return Json.MAPPER.valueToTree(ComfyNodes.describe(queue));
        }
    }

    @Test
    void inputsHaveTheirOrderAndTypes() {
        JsonNode sampler = NODES.get("KSamplerAdvanced");
        assertThat(sampler.at("/input_order/required").valueStream().map(JsonNode::stringValue))
                .containsExactly(
                        "model",
                        "add_noise",
                        "noise_seed",
                        "steps",
                        "cfg",
                        "sampler_name",
                        "scheduler",
                        "positive",
                        "negative",
                        "latent_image",
                        "start_at_step",
                        "end_at_step",
                        "return_with_leftover_noise");
        JsonNode inputs = sampler.at("/input/required");
        assertThat(inputs.at("/noise_seed/0").stringValue()).isEqualTo("INT");
        assertThat(inputs.at("/sampler_name/0").valueStream().map(JsonNode::stringValue))
                .containsExactlyElementsOf(Samplers.names());
        assertThat(inputs.at("/add_noise/0/0").stringValue()).isEqualTo("enable");
        assertThat(NODES.at("/CheckpointLoaderSimple/input/required/ckpt_name/0/0")
                        .stringValue())
                .isEqualTo("fox");
    }

    @Test
    void outputsHaveTheirTypesAndNodesWithoutShowImages() {
        assertThat(types("ControlNetApplyAdvanced")).containsExactly("CONDITIONING", "CONDITIONING");
        assertThat(types("LoadImage")).containsExactly("IMAGE", "MASK");
        assertThat(types("SaveImage")).isEmpty();
        assertThat(NODES.at("/SaveImage/output_node").booleanValue()).isTrue();
        assertThat(NODES.at("/LoadImage/output_node").booleanValue()).isFalse();
        assertThat(NODES.propertyNames()).containsAll(ComfyWorkflow.OUTPUTS);
    }

    /** Every type is one of ComfyUI's or a list, so no word of the table is misspelt. */
    @Test
    void everyTypeIsKnownOrAListOfNames() {
        for (JsonNode node : NODES) {
            Stream<JsonNode> inputs = node.at("/input/required").valueStream().map(input -> input.get(0));
            assertThat(inputs.filter(JsonNode::isString).map(JsonNode::stringValue))
                    .as(node.get("name").stringValue())
                    .isSubsetOf(
                            "MODEL",
                            "CLIP",
                            "VAE",
                            "IMAGE",
                            "MASK",
                            "LATENT",
                            "CONDITIONING",
                            "CONTROL_NET",
                            "NOISE",
                            "GUIDER",
                            "SAMPLER",
                            "SIGMAS",
                            "INT",
                            "FLOAT",
                            "BOOLEAN",
                            "STRING");
        }
    }

    private static List<String> types(String node) {
        return NODES.get(node)
                .get("output")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
    }
}
