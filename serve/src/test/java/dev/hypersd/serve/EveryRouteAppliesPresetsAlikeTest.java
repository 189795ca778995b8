package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.json.Json;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Presets and defaults are the same whichever way a request comes; pictures say what they were drawn with. */
class EveryRouteAppliesPresetsAlikeTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

    /** A way to ask the server for a picture. */
    enum Route {
        OPENAI_GENERATION,
        OPENAI_EDIT,
        AUTOMATIC1111,
        LIVE
    }

    @ParameterizedTest
    @EnumSource
    void thePresetsTimestepIsUsedWheneverItsNumberOfStepsIsRequested(Route route) throws Exception {
        assertThat(drawn(route, TinyServer.ONE_STEP, Map.of("steps", 1)))
                .isEqualTo(drawn(route, TinyServer.ONE_STEP, Map.of()))
                .containsEntry("Timesteps", "800")
                .containsEntry("Steps", "1")
                .containsEntry("Sampler", "LCM");
        assertThat(drawn(route, TinyServer.ONE_STEP, Map.of("steps", 2)))
                .doesNotContainKey("Timesteps")
                .containsEntry("Steps", "2");
    }

    @ParameterizedTest
    @EnumSource
    void anEtaOfZeroCanBeChosenAndThePresetsDrawsOtherwise(Route route) throws Exception {
        assertThat(drawn(route, TinyServer.WITH_ETA, Map.of("steps", 2))).containsEntry("Eta", "1");
        assertThat(drawn(route, TinyServer.WITH_ETA, Map.of("steps", 2, "eta", 0)))
                .containsEntry("Eta", "0");
    }

    @ParameterizedTest
    @EnumSource
    void namingThePresetsSamplerKeepsThePresetsEta(Route route) throws Exception {
        assertThat(drawn(route, TinyServer.WITH_ETA, Map.of("steps", 2, "sampler", "TCD")))
                .containsEntry("Eta", "1");
        assertThat(drawn(route, TinyServer.WITH_ETA, Map.of("steps", 2, "sampler", "DDIM")))
                .containsEntry("Sampler", "DDIM")
                .containsEntry("Eta", "0");
    }

    @ParameterizedTest
    @EnumSource
    void theDefaultStrengthIsOneWithAMaskAndThreeQuartersWithout(Route route) throws Exception {
        Map<String, Object> picture = Map.of("steps", 2, "image", TinyServer.png(64, 64));
        Map<String, Object> masked =
                Map.of("steps", 2, "image", TinyServer.png(64, 64), "mask", TinyServer.png(64, 64));
        assertThat(drawn(route, "tiny", picture)).containsEntry("Denoising strength", "0.75");
        assertThat(drawn(route, "tiny", masked)).containsEntry("Denoising strength", "1");
    }

    /** The settings in the picture that is answered. */
    private static Map<String, String> drawn(Route route, String model, Map<String, Object> options) throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>(options);
        fields.putAll(Map.of("prompt", "a cat", "seed", 1));
        byte[] picture = switch (route) {
            case OPENAI_GENERATION -> generation(model, fields);
            case OPENAI_EDIT -> edit(model, fields);
            case AUTOMATIC1111 -> automatic1111(model, fields);
            case LIVE -> live(model, fields);
        };
        return GenerationParameters.find(picture).orElseThrow().settings();
    }

    private static byte[] generation(String model, Map<String, Object> fields) throws Exception {
        return TinyServer.picture(posted("/v1/images/generations", own(model, fields)));
    }

    private static byte[] live(String model, Map<String, Object> fields) throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send(json(own(model, fields)));
            return client.until("picture").picture();
        }
    }

    /** The fields of this server's own requests. */
    private static Map<String, Object> own(String model, Map<String, Object> fields) {
        Map<String, Object> own = new LinkedHashMap<>(fields);
        own.put("model", model);
        if (!fields.containsKey("image")) {
            own.put("size", "64x64");
        }
        return own;
    }

    private static byte[] automatic1111(String model, Map<String, Object> fields) throws Exception {
        Map<String, Object> body = new LinkedHashMap<>(fields);
        Optional.ofNullable(body.remove("sampler")).ifPresent(name -> body.put("sampler_name", name));
        body.put("override_settings", Map.of("sd_model_checkpoint", model));
        Object picture = body.remove("image");
        if (picture == null) {
            body.putAll(Map.of("width", 64, "height", 64));
        } else {
            body.put("init_images", List.of(picture));
        }
        JsonNode answer = Json.MAPPER.readTree(posted("/sdapi/v1/" + (picture == null ? "txt2img" : "img2img"), body));
        return Base64.getDecoder().decode(answer.get("images").get(0).asString());
    }

    /** An edit always has a picture; of one that the test does not care about, nothing is kept. */
    private static byte[] edit(String model, Map<String, Object> fields) throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        Map<String, Object> parts = new LinkedHashMap<>(fields);
        parts.put("model", model);
        if (!fields.containsKey("image")) {
            parts.putAll(Map.of("image", TinyServer.png(64, 64), "strength", 1));
        }
        parts.forEach((name, value) -> {
            String file = value instanceof byte[] ? "; filename=\"" + name + ".png\"" : "";
            form.writeBytes("--edge\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
                    .formatted(name, file)
                    .getBytes(StandardCharsets.US_ASCII));
            form.writeBytes(
                    value instanceof byte[] bytes ? bytes : value.toString().getBytes(StandardCharsets.UTF_8));
            form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        form.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        return TinyServer.picture(answered(server.send(server.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(form.toByteArray())))));
    }

    private static String posted(String path, Map<String, Object> body) throws Exception {
        return answered(server.post(path, json(body)));
    }

    /** Pictures are written in Base64. */
    private static String json(Map<String, Object> body) {
        return Json.MAPPER.writeValueAsString(body);
    }

    private static String answered(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
