package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
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
    void imagesAreReturnedAsPngWithTheirParameters() throws Exception {
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
    void warningsAboutARequestAreSentInAHeader() throws Exception {
        String body = "{\"prompt\": \"a cat\", \"size\": \"64x64\", \"steps\": 1, \"guidance\": %d, "
                + "\"negative_prompt\": \"dogs\"}";
        HttpResponse<String> unguided = server.post("/v1/images/generations", body.formatted(1));
        assertThat(unguided.statusCode()).isEqualTo(200);
        assertThat(unguided.headers().allValues("Warning"))
                .containsExactly("199 hypersd \"the negative prompt has no effect: guidance is off\"");
        HttpResponse<String> guided = server.post("/v1/images/generations", body.formatted(3));
        assertThat(guided.statusCode()).isEqualTo(200);
        assertThat(guided.headers().allValues("Warning")).isEmpty();
    }

    @Test
    void olderFieldsOfTheSizeAndAControlNetMeanTheSame() throws Exception {
        String body = "{\"prompt\": \"a cat\", \"model\": \"sd15\", \"steps\": 1, \"seed\": 1, %s}";
        String control = "{\"name\": \"controlnet-sd15\", \"scale\": 0.5, \"image\": \"%s\"}"
                .formatted(TinyServer.base64(64, 72));
        HttpResponse<String> present = server.post(
                "/v1/images/generations", body.formatted("\"size\": \"64x72\", \"controls\": [" + control + "]"));
        HttpResponse<String> older = server.post(
                "/v1/images/generations", body.formatted("\"width\": 64, \"height\": 72, \"control\": " + control));
        assertThat(TinyServer.picture(older.body())).isEqualTo(TinyServer.picture(present.body()));
        assertThat(GenerationParameters.find(TinyServer.picture(present.body()))
                        .orElseThrow()
                        .toText())
                .contains("Size: 64x72", "Model: controlnet-sd15, Weight: 0.5");
    }

    @Test
    void theSameSeedGivesTheSameImage() throws Exception {
        String body = "{\"prompt\": \"a cat\", \"size\": \"64x64\", \"steps\": 1, \"guidance\": 1, \"seed\": 3}";
        String first = server.post("/v1/images/generations", body).body();
        String second = server.post("/v1/images/generations", body).body();
        assertThat(TinyServer.picture(first)).isEqualTo(TinyServer.picture(second));
    }

    @Test
    void modelsAreListedWithTheDefaultModelFirst() throws Exception {
        JsonNode models = TinyServer.json(server.get("/v1/models"));
        assertThat(models.get("data").findValuesAsString("id"))
                .startsWith("tiny")
                .contains("other");
        assertThat(TinyServer.json(server.get("/v1/models/other")).get("object").asString())
                .isEqualTo("model");
    }

    @Test
    void aRequestCanNameAnotherModel() throws Exception {
        HttpResponse<String> answer = server.post(
                "/v1/images/generations",
                "{\"prompt\": \"a cat\", \"model\": \"other\", \"size\": \"64x64\", \"steps\": 1}");
        byte[] picture = TinyServer.picture(answer.body());
        assertThat(GenerationParameters.find(picture).orElseThrow().setting("Model"))
                .contains("other");
    }

    @Test
    void anUnknownModelIsReportedInTheFormOfOpenAi() throws Exception {
        HttpResponse<String> answer =
                server.post("/v1/images/generations", "{\"prompt\": \"a cat\", \"model\": \"dall-e-3\"}");
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode error = TinyServer.json(answer).get("error");
        assertThat(error.get("code").asString()).isEqualTo("model_not_found");
        assertThat(error.get("message").asString()).startsWith("there is no model \"dall-e-3\"; did you mean ");
    }

    @Test
    void invalidRequestsAreRefusedWithAMessageThatNamesTheFault() throws Exception {
        Map<String, String> refused = Map.of(
                "{}", "the request has no prompt",
                "{\"prompt\": 5}", "request: prompt must be a string, not 5",
                "{\"prompt\": \"a\", \"n\": 99}", "99 pictures at once is more than this server allows: 8 is the most",
                "{\"prompt\": \"a\", \"steps\": 0}", "0 steps cannot be: 1 is the least",
                "{\"prompt\": \"a\", \"size\": \"63x64\"}",
                        "width must be a multiple of 8, not 63; 56 and 64 are the nearest",
                "{\"prompt\": \"a\", \"size\": \"big\"}",
                        "\"big\" is not a size; write WIDTHxHEIGHT, for example 512x768",
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
    void anEditPaintsWhereTheMaskIsTransparentAndOnlyThere() throws Exception {
        byte[] opaque = mask(BufferedImage.TYPE_INT_ARGB, 0xFF000000);
        byte[] transparent = mask(BufferedImage.TYPE_INT_ARGB, 0);
        assertThat(edit(opaque, "a cat")).as("nothing is painted").isEqualTo(edit(opaque, "a dog"));
        assertThat(edit(transparent, "a cat")).as("everything is painted").isNotEqualTo(edit(transparent, "a dog"));
    }

    @Test
    void anEditPaintsWhereAMaskWithoutTransparencyIsWhite() throws Exception {
        byte[] black = mask(BufferedImage.TYPE_INT_RGB, 0);
        byte[] white = mask(BufferedImage.TYPE_INT_RGB, 0xFFFFFF);
        assertThat(edit(black, "a cat")).isEqualTo(edit(mask(BufferedImage.TYPE_INT_ARGB, 0xFF000000), "a cat"));
        assertThat(edit(white, "a cat")).isEqualTo(edit(mask(BufferedImage.TYPE_INT_ARGB, 0), "a cat"));
    }

    /** The values of the pixels of an edit of a black image. */
    private static byte[] edit(byte[] mask, String prompt) throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (String field : List.of("prompt=" + prompt, "steps=1", "guidance=1", "strength=1", "seed=1")) {
            String[] pair = field.split("=", -1);
            part(form, "name=\"" + pair[0] + "\"", pair[1].getBytes(StandardCharsets.UTF_8));
        }
        part(form, "name=\"image\"; filename=\"a.png\"", TinyServer.png(64, 64));
        part(form, "name=\"mask\"; filename=\"b.png\"", mask);
        form.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<String> answer = server.send(server.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(form.toByteArray())));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Image.decode(Path.of("response"), TinyServer.picture(answer.body()))
                .rgb();
    }

    /** A mask of 64x64 pixels of one colour. */
    private static byte[] mask(int type, int argb) throws IOException {
        BufferedImage mask = new BufferedImage(64, 64, type);
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                mask.setRGB(x, y, argb);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", png);
        return png.toByteArray();
    }

    private static void part(ByteArrayOutputStream form, String disposition, byte[] content) {
        form.writeBytes(("--edge\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(content);
        form.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
}
