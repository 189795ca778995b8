package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.WebP;
import dev.hypersd.json.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenAiRoutesTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

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
                server.post("/v1/images/generations", "{\"prompt\": \"a cat\", \"model\": \"dall-e-4\"}");
        assertThat(answer.statusCode()).isEqualTo(404);
        JsonNode error = TinyServer.json(answer).get("error");
        assertThat(error.get("code").asString()).isEqualTo("model_not_found");
        assertThat(error.get("message").asString()).startsWith("there is no model \"dall-e-4\"; did you mean ");
    }

    @Test
    void invalidRequestsAreRefusedWithAMessageThatNamesTheFault() throws Exception {
        Map<String, String> refused = Map.of(
                "{}", "the request has no prompt",
                "{\"prompt\": 5}", "request: prompt must be a string, not 5",
                "{\"prompt\": \"a\", \"n\": 99}", "99 pictures at once is more than this server allows: 10 is the most",
                "{\"prompt\": \"a\", \"steps\": 0}", "0 steps cannot be: 1 is the least",
                "{\"prompt\": \"a\", \"size\": \"63x64\"}",
                        "width must be a multiple of 8, not 63; 56 and 64 are the nearest",
                "{\"prompt\": \"a\", \"size\": \"big\"}",
                        "\"big\" is not a size; write WIDTHxHEIGHT, for example 512x768",
                "{\"prompt\": \"a\", \"background\": \"transparent\"}",
                        "background: pictures have no transparent parts; choose opaque or auto",
                "{\"prompt\": \"a\", \"partial_images\": 4}", "partial_images is 0 to 3, not 4");
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

    @Test
    void namesOfOpenAisModelsMeanThePresentModel() throws Exception {
        HttpResponse<String> answer = server.post(
                "/v1/images/generations",
                "{\"prompt\": \"a cat\", \"model\": \"gpt-image-1\", \"size\": \"64x64\", \"steps\": 1}");
        assertThat(GenerationParameters.find(TinyServer.picture(answer.body()))
                        .orElseThrow()
                        .setting("Model"))
                .contains("tiny");
        assertThat(TinyServer.json(server.get("/v1/models/gpt-image-1"))
                        .get("id")
                        .asString())
                .isEqualTo("gpt-image-1");
        assertThat(server.get("/v1/models/dall-e-4").statusCode()).isEqualTo(404);
        HttpResponse<String> older = server.post(
                "/v1/images/generations",
                "{\"prompt\": \"a cat\", \"model\": \"dall-e-3\", \"size\": \"64x64\", \"steps\": 1}");
        assertThat(TinyServer.json(older).get("data").get(0).get("url").asString())
                .as("clients of the older models read addresses alone")
                .startsWith("http://");
    }

    @Test
    void anAddressLeadsToThePictureAndOthersToNone() throws Exception {
        String body =
                "{\"prompt\": \"a cat\", \"size\": \"64x64\", \"steps\": 1, \"seed\": 1, \"output_format\": \"%s\"%s}";
        String url = TinyServer.json(
                        server.post("/v1/images/generations", body.formatted("webp", ", \"response_format\": \"url\"")))
                .get("data")
                .get(0)
                .get("url")
                .asString();
        assertThat(url).matches(server.uri("/v1/images/files/") + "[0-9a-f]{32}");
        HttpResponse<byte[]> answer =
                server.client().send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
        assertThat(answer.headers().firstValue("Content-Type")).contains("image/webp");
        assertThat(answer.body())
                .isEqualTo(TinyServer.picture(server.post("/v1/images/generations", body.formatted("webp", ""))
                        .body()));
        assertThat(server.get(url.substring(url.indexOf("/v1"), url.length() - 1) + "x")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void previewsAndThenThePicturesArriveAsEvents() throws Exception {
        String body = """
                {"prompt": "a cat", "size": "64x64", "steps": 6, "seed": 1, "n": 2, "stream": true,
                 "partial_images": 2, "output_format": "jpeg"}""";
        HttpResponse<String> answer = server.post("/v1/images/generations", body);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        List<JsonNode> events = events(answer.body());
        assertThat(events.stream().map(event -> event.get("type").asString()))
                .containsExactly(
                        "image_generation.partial_image",
                        "image_generation.partial_image",
                        "image_generation.completed",
                        "image_generation.completed");
        assertThat(events.get(1).get("partial_image_index").asInt()).isEqualTo(1);
        assertThat(events.get(3).get("seed").asInt()).isEqualTo(2);
        byte[] whole = TinyServer.picture(server.post(
                        "/v1/images/generations",
                        body.replace("\"stream\": true,", "").replace("\"partial_images\": 2,", ""))
                .body());
        assertThat(Base64.getDecoder().decode(events.get(2).get("b64_json").asString()))
                .isEqualTo(whole);
    }

    private static List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> Json.MAPPER.readTree(line.substring("data: ".length())))
                .toList();
    }

    @Test
    void aVariationNeedsNoPrompt() throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        part(form, "name=\"n\"", "2".getBytes(StandardCharsets.UTF_8));
        part(form, "name=\"steps\"", "2".getBytes(StandardCharsets.UTF_8));
        part(
                form,
                "name=\"image\"; filename=\"a.webp\"",
                new WebP().encode(new Image(64, 72, new byte[3 * 64 * 72]), Optional.empty()));
        HttpResponse<String> answer = send("/v1/images/variations", form);
        assertThat(TinyServer.json(answer).get("data").size()).isEqualTo(2);
        Map<String, String> settings = GenerationParameters.find(TinyServer.picture(answer.body()))
                .orElseThrow()
                .settings();
        assertThat(settings).containsEntry("Size", "64x72").containsEntry("Denoising strength", "0.75");
    }

    @Test
    void aMaskOfAnotherSizeIsBroughtToThatOfThePicture() throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        part(form, "name=\"prompt\"", "a cat".getBytes(StandardCharsets.UTF_8));
        part(form, "name=\"steps\"", "1".getBytes(StandardCharsets.UTF_8));
        part(form, "name=\"image\"; filename=\"a.png\"", TinyServer.png(64, 72));
        part(form, "name=\"mask\"; filename=\"b.png\"", TinyServer.png(32, 32));
        assertThat(TinyServer.json(send("/v1/images/edits", form))
                        .get("warnings")
                        .valueStream()
                        .map(JsonNode::asString))
                .contains("the mask of 32x32 is brought to the size of the picture, 64x72");
    }

    @Test
    void anEditOfSeveralPicturesIsRefused() throws Exception {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        part(form, "name=\"prompt\"", "a cat".getBytes(StandardCharsets.UTF_8));
        part(form, "name=\"image[]\"; filename=\"a.png\"", TinyServer.png(64, 64));
        part(form, "name=\"image[]\"; filename=\"b.png\"", TinyServer.png(64, 64));
        form.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<String> answer = server.send(server.request("/v1/images/edits")
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(form.toByteArray())));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(TinyServer.message(answer)).isEqualTo("the form has 2 parts named image: this server takes one");
    }

    private static HttpResponse<String> send(String path, ByteArrayOutputStream form) throws Exception {
        form.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        HttpResponse<String> answer = server.send(server.request(path)
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(form.toByteArray())));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    /** Returns the values of the pixels of an edit of a black image. */
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
