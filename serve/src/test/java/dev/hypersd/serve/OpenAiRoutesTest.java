package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenAiRoutesTest {
    private static TinyServer server;

    @BeforeAll
    static void start() {
        server = TinyServer.open();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void picturesComeAsPngWithHowTheyWereMade() throws Exception {
        HttpResponse<String> answer = server.post("/v1/images/generations", """
                {"prompt": "a cat", "n": 2, "size": "64x64", "steps": 2, "guidance": 1, "seed": 7}""");
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode data = TinyServer.json(answer).get("data");
        assertThat(data.size()).isEqualTo(2);
        byte[] second = Base64.getDecoder().decode(data.get(1).get("b64_json").asString());
        Image picture = Image.decode(Path.of("answer"), second);
        assertThat(picture.width()).isEqualTo(64);
        GenerationParameters parameters = GenerationParameters.find(second).orElseThrow();
        assertThat(parameters.prompt()).isEqualTo("a cat");
        assertThat(parameters.setting("Seed")).contains("8");
        assertThat(parameters.setting("Steps")).contains("2");
    }

    @Test
    void theSameSeedGivesTheSamePicture() throws Exception {
        String body = "{\"prompt\": \"a cat\", \"size\": \"64x64\", \"steps\": 1, \"guidance\": 1, \"seed\": 3}";
        String first = server.post("/v1/images/generations", body).body();
        String second = server.post("/v1/images/generations", body).body();
        assertThat(TinyServer.picture(first)).isEqualTo(TinyServer.picture(second));
    }

    @Test
    void modelsAreListedTheFirstOneFirst() throws Exception {
        JsonNode models = TinyServer.json(server.get("/v1/models"));
        assertThat(models.get("data").findValuesAsString("id"))
                .startsWith("tiny")
                .contains("other");
        assertThat(TinyServer.json(server.get("/v1/models/other")).get("object").asString())
                .isEqualTo("model");
    }

    @Test
    void anotherModelDrawsWhenItIsNamed() throws Exception {
        HttpResponse<String> answer = server.post(
                "/v1/images/generations",
                "{\"prompt\": \"a cat\", \"model\": \"other\", \"size\": \"64x64\", \"steps\": 1}");
        byte[] picture = TinyServer.picture(answer.body());
        assertThat(GenerationParameters.find(picture).orElseThrow().setting("Model"))
                .contains("other");
    }

    @Test
    void anUnknownModelIsNamedInOpenAisForm() throws Exception {
        HttpResponse<String> answer =
                server.post("/v1/images/generations", "{\"prompt\": \"a cat\", \"model\": \"dall-e-3\"}");
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode error = TinyServer.json(answer).get("error");
        assertThat(error.get("code").asString()).isEqualTo("model_not_found");
        assertThat(error.get("message").asString()).startsWith("there is no model \"dall-e-3\"; did you mean ");
    }

    @Test
    void whatCannotBeIsRefusedInASentence() throws Exception {
        Map<String, String> refused = Map.of(
                "{}", "the request has no prompt",
                "{\"prompt\": 5}", "request: prompt must be a string, not 5",
                "{\"prompt\": \"a\", \"n\": 99}", "99 pictures at once is more than this server allows: 8 is the most",
                "{\"prompt\": \"a\", \"steps\": 0}", "0 steps cannot be: 1 is the least",
                "{\"prompt\": \"a\", \"size\": \"63x64\"}",
                        "width must be a multiple of 8, not 63; 56 and 64 are the nearest",
                "{\"prompt\": \"a\", \"size\": \"big\"}",
                        "size must be WIDTHxHEIGHT in pixels, such as 512x512, or auto",
                "{\"prompt\": \"a\", \"response_format\": \"url\"}",
                        "response_format: images are not kept at a URL; ask for b64_json");
        for (Map.Entry<String, String> one : refused.entrySet()) {
            HttpResponse<String> answer = server.post("/v1/images/generations", one.getKey());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(TinyServer.json(answer).get("error").get("message").asString())
                    .isEqualTo(one.getValue());
        }
    }

    @Test
    void anEditKeepsWhatTheMaskLeaves() throws Exception {
        Image grey = new Image(64, 64, new byte[3 * 64 * 64]);
        byte[] png = new Png().encode(grey, Optional.empty());
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (String field : new String[] {"prompt=a cat", "steps=1", "guidance=1", "strength=1"}) {
            String[] pair = field.split("=", -1);
            part(form, "name=\"" + pair[0] + "\"", pair[1].getBytes(StandardCharsets.UTF_8));
        }
        part(form, "name=\"image\"; filename=\"a.png\"", png);
        part(form, "name=\"mask\"; filename=\"b.png\"", png);
        form.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<String> answer = server.send(server.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(form.toByteArray())));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Image.decode(Path.of("answer"), TinyServer.picture(answer.body()))
                        .width())
                .isEqualTo(64);
    }

    private static void part(ByteArrayOutputStream form, String disposition, byte[] content) {
        form.writeBytes(("--edge\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(content);
        form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
}
