package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.request.Option;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The description of the server for programs lists what may be said about a picture. */
class OpenApiDescriptionTest {
    @Test
    void theDescriptionListsEveryOptionWithItsType() throws IOException {
        JsonNode settings = schemas().get("Settings").get("properties");
        assertThat(settings.propertyNames())
                .containsExactlyElementsOf(
                        Option.all().stream().map(Option::key).toList());
        for (Option<?> option : Option.all()) {
            JsonNode described = settings.get(option.key());
            JsonNode type = described.get("type");
            assertThat(type.isArray() ? type.get(0).asString() : type.asString())
                    .as(option.key())
                    .isEqualTo(option.jsonType());
            assertThat(described.get("description").asString())
                    .as(option.key())
                    .isNotBlank()
                    .doesNotContain("--");
        }
    }

    @Test
    void everyRequestWithOwnFieldsTakesAllOptions() throws IOException {
        for (String request : List.of("Generation", "Edit")) {
            assertThat(schemas().get(request).findValuesAsString("$ref"))
                    .as(request)
                    .contains("#/components/schemas/Settings");
        }
    }

    private static JsonNode schemas() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(Server.class.getResourceAsStream("page/openapi.json"), "openapi.json")) {
            return Json.MAPPER.readTree(file).get("components").get("schemas");
        }
    }
}
