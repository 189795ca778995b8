package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code /v1/explanations} says what options mean, and draws nothing. */
class ExplanationRoutesTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

    @Test
    void absentValuesAreThoseOfThePreset() throws Exception {
        JsonNode answer = explain("{\"prompt\": \"a cat\", \"model\": \"%s\"}".formatted(TinyServer.WITH_ETA));
        assertThat(answer.get("settings").get("eta").asDouble()).isEqualTo(1);
        assertThat(answer.get("settings").get("steps").asInt()).isEqualTo(1);
        assertThat(answer.get("settings").get("sampler").asString()).isEqualTo("tcd");
        assertThat(answer.get("preset").get("name").asString()).isEqualTo("hyper-sd15-1step");
    }

    @Test
    void anEtaOfZeroIsNotThatOfThePreset() throws Exception {
        JsonNode answer =
                explain("{\"prompt\": \"a cat\", \"eta\": 0, \"model\": \"%s\"}".formatted(TinyServer.WITH_ETA));
        assertThat(answer.get("settings").get("eta").asDouble()).isZero();
    }

    @Test
    void aModelWithoutPresetHasTheUsualValues() throws Exception {
        JsonNode answer = explain("{\"prompt\": \"a cat\"}");
        assertThat(answer.get("preset").isNull()).isTrue();
        assertThat(answer.get("settings").get("steps").asInt()).isEqualTo(25);
        assertThat(answer.get("settings").get("guidance").asDouble()).isEqualTo(7.5);
    }

    @Test
    void stepsAreThoseThatAreTakenAlsoWithAnOriginalPicture() throws Exception {
        JsonNode answer =
                explain("{\"prompt\": \"a cat\", \"steps\": 4, \"image\": \"drawing.png\", \"strength\": 0.7}");
        assertThat(answer.get("settings").get("steps").asInt()).isEqualTo(4);
        assertThat(answer.get("command").asString()).contains("--exact-steps");
    }

    @Test
    void tokensAreCountedAndTheEndThatIsNotReadIsShown() throws Exception {
        JsonNode few = explain("{\"prompt\": \"a cat\"}").get("tokens").get(0);
        assertThat(few.get("cut").asString()).isEmpty();
        int count = few.get("count").asInt();
        int most = few.get("most").asInt();
        String words = "a cat ".repeat(most / count + 1);
        JsonNode many = explain("{\"prompt\": \"%sEND\"}".formatted(words))
                .get("tokens")
                .get(0);
        assertThat(many.get("count").asInt()).isGreaterThan(most);
        assertThat(many.get("cut").asString()).endsWith("end");
    }

    @Test
    void bothFormsAreReadBackAsTheSameOptions() throws Exception {
        JsonNode answer = explain(
                "{\"prompt\": \"it's a cat\", \"seed\": \"18446744073709551557\", \"steps\": 3, \"loras\": []}");
        GenerationOptions options = GenerationOptions.parse(answer.get("json").asString());
        assertThat(options.get(Option.PROMPT)).contains("it's a cat");
        assertThat(options.get(Option.SEED)).contains(Long.parseUnsignedLong("18446744073709551557"));
        assertThat(answer.get("command").asString())
                .isEqualTo("hypersd generate --steps=3 --seed=18446744073709551557 --model=tiny --lora=none "
                        + "-- 'it'\\''s a cat'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../model.png", "data:image/png;base64,AAAA", "a b.png", ""})
    void picturesAreNamesOfFilesThatLieBesideTheCommand(String image) throws Exception {
        HttpResponse<String> response =
                server.post("/v1/explanations", "{\"prompt\": \"a cat\", \"image\": \"%s\"}".formatted(image));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(TinyServer.message(response)).contains("is the name of a file here, such as drawing.png");
    }

    @Test
    void whatWouldBeRefusedIsRefusedHereToo() throws Exception {
        for (String wrong : List.of("\"steps\": 0", "\"sampler\": \"none\"", "\"nonsense\": 1", "\"size\": \"9x9\"")) {
            HttpResponse<String> response =
                    server.post("/v1/explanations", "{\"prompt\": \"a cat\", %s}".formatted(wrong));
            assertThat(response.statusCode()).as(wrong).isEqualTo(400);
        }
    }

    private static JsonNode explain(String body) throws Exception {
        HttpResponse<String> response = server.post("/v1/explanations", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return TinyServer.json(response);
    }
}
