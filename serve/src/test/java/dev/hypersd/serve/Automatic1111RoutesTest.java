package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Requests as front ends of AUTOMATIC1111's web interface send them, and the responses that they expect. */
class Automatic1111RoutesTest {
    @AutoClose
    private static final TinyServer server =
            new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))));

    @Test
    void textToImageReturnsABatchWithItsParameters() throws Exception {
        JsonNode answer = drawn("txt2img", """
                {"prompt": "a cat", "negative_prompt": "dogs", "batch_size": 2, "n_iter": 1, "width": 64, "height": 72,
                 "steps": 2, "cfg_scale": 1.5, "seed": 7, "sampler_name": "Euler a",
                 "restore_faces": false, "override_settings": {}, "alwayson_scripts": {}}""");
        assertThat(answer.get("images").size()).isEqualTo(2);
        byte[] second = Base64.getDecoder().decode(answer.get("images").get(1).asString());
        assertThat(Image.decode(Path.of("answer"), second).height()).isEqualTo(72);
        GenerationParameters parameters = GenerationParameters.find(second).orElseThrow();
        assertThat(parameters.negativePrompt()).isEqualTo("dogs");
        assertThat(parameters.setting("Seed")).contains("8");
        assertThat(parameters.setting("CFG scale")).contains("1.5");
        assertThat(parameters.setting("Sampler").orElseThrow()).containsIgnoringCase("euler");
        JsonNode info = Json.MAPPER.readTree(answer.get("info").asString());
        assertThat(info.get("seed").asLong()).isEqualTo(7);
        assertThat(info.get("all_seeds").get(1).asLong()).isEqualTo(8);
        assertThat(info.get("infotexts").get(0).asString()).contains("a cat", "Steps: 2");
    }

    @Test
    void aNegativeSeedMeansARandomSeed() throws Exception {
        String body = "{\"prompt\": \"a cat\", \"width\": 64, \"height\": 64, \"steps\": 1, \"seed\": -1}";
        assertThat(seed(body)).isNotNegative().isNotEqualTo(seed(body));
    }

    @Test
    void warningsAboutARequestAreSentInAHeader() throws Exception {
        HttpResponse<String> answer = server.post("/sdapi/v1/txt2img", """
                {"prompt": "a cat", "negative_prompt": "dogs", "width": 64, "height": 64,
                 "steps": 1, "cfg_scale": 1}""");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("Warning"))
                .containsExactly("199 hypersd \"the negative prompt has no effect: guidance is off\"");
    }

    @Test
    void loraTagsInThePromptAreApplied() throws Exception {
        JsonNode answer = drawn("txt2img", """
                {"prompt": "a cat <lora:sd15-a-kohya:0.5> asleep", "width": 64, "height": 64, "steps": 1, "seed": 1,
                 "override_settings": {"sd_model_checkpoint": "sd15"}}""");
        GenerationParameters parameters =
                GenerationParameters.find(picture(answer)).orElseThrow();
        assertThat(parameters.prompt()).isEqualTo("a cat  asleep");
        assertThat(parameters.setting("Loras").orElseThrow()).contains("sd15-a-kohya", "0.5");
        assertThat(parameters.setting("Model")).contains("sd15");
    }

    @Test
    void aLoraTagOfNoLoraIsLeftOutWithAWarningWhateverFileItNames() throws Exception {
        HttpResponse<String> answer = server.post("/sdapi/v1/txt2img", """
                {"prompt": "a cat <lora:../../x:1>", "width": 64, "height": 64, "steps": 1, "cfg_scale": 1}""");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().allValues("Warning"))
                .singleElement()
                .asString()
                .contains("../../x", "is not found, so it has no effect");
        assertThat(GenerationParameters.find(picture(TinyServer.json(answer)))
                        .orElseThrow()
                        .prompt())
                .isEqualTo("a cat");
    }

    @Test
    void imageToImageUsesOriginalMaskAndDenoisingStrength() throws Exception {
        String picture = TinyServer.base64(64, 64);
        JsonNode answer = drawn(
                "img2img",
                "{\"prompt\": \"a cat\", \"init_images\": [\"data:image/png;base64," + picture + "\"], \"mask\": \""
                        + picture + "\", \"denoising_strength\": 0.5, \"steps\": 2, \"seed\": 1}");
        GenerationParameters parameters =
                GenerationParameters.find(picture(answer)).orElseThrow();
        assertThat(parameters.setting("Denoising strength")).contains("0.5");
        assertThat(parameters.setting("Size")).contains("64x64");
    }

    @Test
    void theFirstUnitOfTheControlNetExtensionIsApplied() throws Exception {
        JsonNode answer = drawn("txt2img", """
                {"prompt": "a cat", "width": 64, "height": 64, "steps": 1, "seed": 1,
                 "override_settings": {"sd_model_checkpoint": "sd15"},
                 "alwayson_scripts": {"controlnet": {"args": [
                   {"enabled": true, "model": "controlnet-sd15", "weight": 0.75,
                    "image": "%s"}]}}}""".formatted(TinyServer.base64(64, 64)));
        assertThat(GenerationParameters.find(picture(answer)).orElseThrow().setting("ControlNet 0"))
                .hasValueSatisfying(unit -> assertThat(unit).contains("controlnet-sd15", "0.75"));
    }

    @Test
    void pngInfoReadsTheParametersOfAGeneratedImage() throws Exception {
        JsonNode drawn =
                drawn("txt2img", "{\"prompt\": \"a cat\", \"width\": 64, \"height\": 64, \"steps\": 1, \"seed\": 3}");
        HttpResponse<String> answer = server.post(
                "/sdapi/v1/png-info",
                "{\"image\": \"data:image/png;base64,"
                        + drawn.get("images").get(0).asString() + "\"}");
        JsonNode info = TinyServer.json(answer);
        assertThat(info.get("info").asString()).contains("a cat", "Seed: 3");
        assertThat(info.get("parameters").get("Prompt").asString()).isEqualTo("a cat");
        assertThat(info.get("parameters").get("Seed").asString()).isEqualTo("3");
    }

    @Test
    void modelsLorasAndSamplersAreListed() throws Exception {
        assertThat(list("sd-models", "model_name")).startsWith("tiny").contains("broken", "other", "sd15", "sdxl");
        assertThat(list("loras", "name")).contains("sd15-a-kohya", "sd15-b-peft");
        assertThat(list("samplers", "name")).contains("Euler a", "TCD");
    }

    @Test
    void progressIsReportedAndAnInterruptEndsTheRunningJob() throws Exception {
        assertThat(TinyServer.json(server.get("/sdapi/v1/progress"))
                        .get("progress")
                        .asDouble())
                .isZero();
        CompletableFuture<HttpResponse<String>> picture = server.later(
                "/sdapi/v1/txt2img",
                "{\"prompt\": \"long\", \"width\": 64, \"height\": 64, \"steps\": 1000, \"cfg_scale\": 1, "
                        + "\"sampler_name\": \"DDIM\"}");
        server.untilGenerating();
        JsonNode progress = TinyServer.json(server.get("/sdapi/v1/progress"));
        assertThat(progress.get("progress").asDouble()).isBetween(1e-6, 1.0);
        assertThat(progress.get("eta_relative").asDouble()).isPositive();
        assertThat(progress.get("state").get("sampling_steps").asInt()).isEqualTo(1000);
        assertThat(progress.get("state").get("job_count").asInt()).isEqualTo(1);
        assertThat(server.post("/sdapi/v1/interrupt", "").statusCode()).isEqualTo(200);
        HttpResponse<String> answer = picture.get();
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(TinyServer.json(answer).get("detail").asString()).isEqualTo("the request was cancelled");
    }

    @Test
    void switchingTheModelWaitsUntilItIsLoadedAndDoesNotDisturbRunningJobs() throws Exception {
        assertThat(model()).isEqualTo("tiny");
        List<CompletableFuture<HttpResponse<String>>> pictures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            pictures.add(server.later("/v1/images/generations", TinyServer.SHORT));
        }
        HttpResponse<String> change = server.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"other\"}");
        assertThat(change.statusCode()).as(change.body()).isEqualTo(200);
        assertThat(model()).isEqualTo("other");
        for (CompletableFuture<HttpResponse<String>> picture : pictures) {
            assertThat(picture.get().statusCode()).isEqualTo(200);
        }
        assertThat(modelOfANewPicture()).isEqualTo("other");
        server.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"tiny\"}");
        assertThat(modelOfANewPicture()).isEqualTo("tiny");
    }

    @Test
    void aModelThatCannotBeLoadedLeavesTheModelUnchanged() throws Exception {
        HttpResponse<String> broken = server.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"broken\"}");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(TinyServer.json(broken).get("detail").asString()).contains("model_index.json");
        HttpResponse<String> unknown = server.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"tinny\"}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(TinyServer.json(unknown).get("detail").asString())
                .isEqualTo("there is no model \"tinny\"; did you mean tiny?");
        assertThat(modelOfANewPicture()).isEqualTo("tiny");
    }

    @Test
    void unknownOptionsAreIgnoredBecauseFrontEndsSendAllOfThem() throws Exception {
        assertThat(server.post("/sdapi/v1/options", "{\"CLIP_stop_at_last_layers\": 2, \"samples_save\": true}")
                        .statusCode())
                .isEqualTo(200);
    }

    private static JsonNode drawn(String route, String body) throws Exception {
        HttpResponse<String> answer = server.post("/sdapi/v1/" + route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TinyServer.json(answer);
    }

    private static byte[] picture(JsonNode answer) {
        return Base64.getDecoder().decode(answer.get("images").get(0).asString());
    }

    private static long seed(String body) throws Exception {
        return Json.MAPPER
                .readTree(drawn("txt2img", body).get("info").asString())
                .get("seed")
                .asLong();
    }

    private static List<String> list(String route, String field) throws Exception {
        return TinyServer.json(server.get("/sdapi/v1/" + route)).findValuesAsString(field);
    }

    private static String model() throws Exception {
        return TinyServer.json(server.get("/sdapi/v1/options"))
                .get("sd_model_checkpoint")
                .asString();
    }

    private static String modelOfANewPicture() throws Exception {
        byte[] picture = TinyServer.picture(
                server.post("/v1/images/generations", TinyServer.SHORT).body());
        return GenerationParameters.find(picture).orElseThrow().setting("Model").orElseThrow();
    }
}
