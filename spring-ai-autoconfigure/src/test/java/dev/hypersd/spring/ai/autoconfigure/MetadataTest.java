package dev.hypersd.spring.ai.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.request.Option;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Editors complete all properties, since their metadata name each with its type and description. */
class MetadataTest {
    private static final String FILE = "/META-INF/spring-configuration-metadata.json";

    @Test
    void everyOptionOfPicturesIsAPropertyWithItsDescription() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        Option.all().stream()
                .filter(option -> option != Option.PROMPT)
                .forEach(option -> expected.put(
                        "spring.ai.hypersd.image." + option.key().replace('_', '-'), option.description()));
        Map<String, String> described = new TreeMap<>();
        properties()
                .filter(property -> name(property).startsWith("spring.ai.hypersd.image."))
                .forEach(property -> described.put(
                        name(property), property.get("description").asString()));
        assertThat(described).isEqualTo(expected);
    }

    @Test
    void everyComponentOfThePropertiesIsDescribed() throws IOException {
        assertThat(properties().map(MetadataTest::name).filter(name -> !name.startsWith("spring.ai.hypersd.image.")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(HyperSdProperties.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .filter(name -> !name.equals("image"))
                        .map("spring.ai.hypersd."::concat)
                        .toList());
        assertThat(properties()).allSatisfy(property -> {
            assertThat(property.get("type").asString()).startsWith("java.");
            assertThat(property.get("description").asString()).endsWith(".");
        });
    }

    private static String name(JsonNode property) {
        return property.get("name").asString();
    }

    private static Stream<JsonNode> properties() throws IOException {
        try (InputStream in = Objects.requireNonNull(MetadataTest.class.getResourceAsStream(FILE))) {
            return Json.MAPPER.readTree(in).get("properties").valueStream();
        }
    }
}
