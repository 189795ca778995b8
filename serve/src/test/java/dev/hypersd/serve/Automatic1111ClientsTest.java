package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Requests such as front ends of AUTOMATIC1111's web interface send. */
class Automatic1111ClientsTest {
    private static final String TEXT = "/sdapi/v1/txt2img";
    private static final String IMAGE = "/sdapi/v1/img2img";
    private static final Map<String, Object> BASE =
            Map.of("prompt", "a cat", "width", 64, "height", 64, "steps", 2, "seed", 1, "cfg_scale", 1);

    @AutoClose
    private static final TinyServer server =
            new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))));

    @ParameterizedTest
    @CsvSource({
        "DPM++ 2M, Karras, DPM++ 2M Karras",
        "DPM++ 2M, automatic, DPM++ 2M",
        "DPM++ 2M Karras, Karras, DPM++ 2M Karras",
        "DPM++ 2M Karras, '', DPM++ 2M Karras",
        "Euler a, Automatic, Euler a",
        "k_euler_a, '', Euler a",
    })
    void theScheduleIsNamedApartFromTheSampler(String sampler, String scheduler, String drawn) throws Exception {
        String name = sampler.startsWith("k_") ? sampler.substring(2) : sampler;
        JsonNode answer = drawn(TEXT, Map.of("sampler_name", name, "scheduler", scheduler));
        assertThat(settings(answer)).containsEntry("Sampler", drawn);
        assertThat(warnings(answer)).isEmpty();
    }

    @Test
    void aScheduleThatASamplerDoesNotHaveIsNamed() throws Exception {
        JsonNode answer = drawn(TEXT, Map.of("sampler_name", "Euler a", "scheduler", "Exponential"));
        assertThat(settings(answer)).containsEntry("Sampler", "Euler a");
        assertThat(warnings(answer))
                .containsExactly("scheduler Exponential has no effect: Euler a has no such schedule here");
    }

    @Test
    void etaHasNoEffectWhereTheSamplerHasNone() throws Exception {
        assertThat(warnings(drawn(TEXT, Map.of("sampler_name", "Euler a", "eta", 0))))
                .isEmpty();
        assertThat(warnings(drawn(TEXT, Map.of("sampler_name", "Euler a", "eta", 0.5))))
                .containsExactly("eta has no effect: Euler a has none");
        assertThat(settings(drawn(TEXT, Map.of("sampler_name", "DDIM", "eta", 0.5))))
                .containsEntry("Eta", "0.5");
    }

    @Test
    void numbersMayBeStringsAndSidesAreRoundedDown() throws Exception {
        JsonNode answer = drawn(
                TEXT,
                Map.of(
                        "width",
                        "71",
                        "height",
                        65.0,
                        "steps",
                        "3",
                        "cfg_scale",
                        "1.5",
                        "seed",
                        "7",
                        "batch_size",
                        "1"));
        assertThat(settings(answer))
                .containsEntry("Size", "64x64")
                .containsEntry("Steps", "3")
                .containsEntry("CFG scale", "1.5")
                .containsEntry("Seed", "7");
        assertThat(warnings(answer))
                .containsExactlyInAnyOrder(
                        "width 71 is rounded to 64, a multiple of 8", "height 65 is rounded to 64, a multiple of 8");
    }

    @Test
    void aSecondPassEnlargesThePicture() throws Exception {
        JsonNode byFactor = drawn(TEXT, Map.of("enable_hr", true, "hr_scale", 1.5, "denoising_strength", 0.6));
        assertThat(picture(byFactor).width()).isEqualTo(96);
        assertThat(settings(byFactor)).containsEntry("Hires upscale", "1.5").containsEntry("Hires strength", "0.6");
        assertThat(picture(drawn(TEXT, Map.of("enable_hr", true, "hr_resize_x", 128, "hr_resize_y", 128)))
                        .width())
                .isEqualTo(128);
        Map<String, Object> older =
                Map.of("enable_hr", true, "width", 128, "height", 128, "firstphase_width", 64, "firstphase_height", 65);
        JsonNode inTheOlderForm = drawn(TEXT, older);
        assertThat(picture(inTheOlderForm)).returns(128, Image::width).returns(128, Image::height);
        assertThat(warnings(inTheOlderForm)).noneMatch(warning -> warning.contains("firstphase"));
        assertThat(settings(inTheOlderForm)).containsEntry("Size", "64x64").containsEntry("Hires upscale", "2");
        assertThat(warnings(drawn(TEXT, Map.of("enable_hr", true, "hr_scale", 1))))
                .contains("enable_hr has no effect: a second pass by a factor of 1.0 enlarges nothing");
    }

    @Test
    void anInvertedMaskDrawsWhereItIsBlack() throws Exception {
        Map<String, Object> black =
                Map.of("init_images", List.of(TinyServer.png(64, 64)), "mask", TinyServer.png(64, 64));
        assertThat(changed(black, "a cat", "a dog")).as("nothing is drawn anew").isFalse();
        Map<String, Object> inverted = new LinkedHashMap<>(black);
        inverted.put("inpainting_mask_invert", 1);
        assertThat(changed(inverted, "a cat", "a dog"))
                .as("everything is drawn anew")
                .isTrue();
    }

    private static boolean changed(Map<String, Object> fields, String one, String other) throws Exception {
        Map<String, Object> with = new LinkedHashMap<>(fields);
        with.put("prompt", one);
        Image first = picture(drawn(IMAGE, with));
        with.put("prompt", other);
        return !first.equals(picture(drawn(IMAGE, with)));
    }

    @Test
    void aStrengthOfZeroLeavesThePictureAlmostUnchanged() throws Exception {
        JsonNode answer = drawn(IMAGE, Map.of("init_images", List.of(TinyServer.png(64, 64)), "denoising_strength", 0));
        assertThat(settings(answer)).containsEntry("Denoising strength", "0.02").containsEntry("Steps", "50");
        assertThat(warnings(answer)).contains("denoising_strength 0 is drawn as 0.02, in one step");
    }

    @Test
    void anOriginalIsCroppedInsteadOfStretchedIfAskedFor() throws Exception {
        byte[] left = new byte[3 * 128 * 64];
        java.util.Arrays.fill(left, 0, left.length, (byte) 40);
        String wide = Base64.getEncoder().encodeToString(new Png().encode(new Image(128, 64, left), Optional.empty()));
        JsonNode answer = drawn(IMAGE, Map.of("init_images", List.of(wide), "resize_mode", 1));
        assertThat(picture(answer).width()).isEqualTo(64);
        assertThat(warnings(answer)).isEmpty();
    }

    @Test
    void aLargeOriginalIsScaledDown() throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>(BASE);
        fields.remove("width");
        fields.remove("height");
        fields.putAll(Map.of("init_images", List.of(TinyServer.png(3000, 60)), "denoising_strength", 0.5));
        JsonNode answer = TinyServer.json(server.post(IMAGE, Json.MAPPER.writeValueAsString(fields)));
        assertThat(settings(answer)).containsEntry("Size", "2048x40");
        assertThat(warnings(answer))
                .contains("the picture of 3000x60 is scaled down to 2048x40, because 2048 pixels are the longest side "
                        + "here");
    }

    @Test
    void titlesMayHaveAnEndingAndAHash() throws Exception {
        Map<String, Object> model =
                Map.of("override_settings", Map.of("sd_model_checkpoint", "other.safetensors [6ce0161689]"));
        assertThat(warnings(drawn(TEXT, model))).isEmpty();
        assertThat(server.post("/sdapi/v1/options", "{\"sd_model_checkpoint\": \"tiny [6ce0161689]\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void settingsOfOneRequestAreCarriedOutOrNamed() throws Exception {
        JsonNode answer = drawn(
                TEXT,
                Map.of(
                        "override_settings",
                        Map.of("CLIP_stop_at_last_layers", 2, "sd_vae", "best.vae", "sd_unet", "x")));
        assertThat(settings(answer)).containsEntry("Clip skip", "2");
        assertThat(warnings(answer))
                .anyMatch(warning -> warning.startsWith("override_settings.sd_vae has no effect"))
                .anyMatch(warning -> warning.startsWith("override_settings.sd_unet is unknown"));
    }

    @Test
    void severalControlNetUnitsWithModulesAreApplied() throws Exception {
        JsonNode answer = drawn(TEXT, units("""
            [{"enabled": true, "module": "canny", "model": "controlnet-sd15 [cafe0123]", "weight": "0.75",
              "guidance_start": 0.25, "guidance_end": 1, "pixel_perfect": true, "image": "%1$s"},
             {"enabled": true, "module": "none", "model": "controlnet-sd15", "control_mode": 2,
              "image": {"image": "%1$s", "mask": null}, "low_vram": true},
             {"enabled": false, "model": "nothing"},
             {"enabled": true, "model": "None", "module": "reference_only"}]\
            """));
        Map<String, String> settings = settings(answer);
        assertThat(settings.get("ControlNet 0")).contains("controlnet-sd15", "0.75", "0.25");
        assertThat(settings.get("ControlNet 1")).contains("guess");
        assertThat(settings).doesNotContainKey("ControlNet 2");
        assertThat(warnings(answer)).containsExactly("a ControlNet unit has no effect: it names no model");
    }

    @Test
    void aControlNetUnitWithoutImageFollowsTheOriginal() throws Exception {
        Map<String, Object> fields = new LinkedHashMap<>(units("[{\"model\": \"controlnet-sd15\"}]"));
        fields.put("init_images", List.of(TinyServer.png(64, 64)));
        assertThat(settings(drawn(IMAGE, fields))).containsKey("ControlNet 0");
        HttpResponse<String> refused =
                server.post(TEXT, Json.MAPPER.writeValueAsString(merged(units("[{\"model\": \"controlnet-sd15\"}]"))));
        assertThat(TinyServer.json(refused).get("detail").asString())
                .isEqualTo("the unit of ControlNet controlnet-sd15 has no image to follow");
        HttpResponse<String> unknown = server.post(
                TEXT,
                Json.MAPPER.writeValueAsString(merged(units(
                        "[{\"model\": \"controlnet-sd15\", \"module\": \"depth_midas\", \"image\": \"%1$s\"}]"))));
        assertThat(TinyServer.json(unknown).get("detail").asString())
                .startsWith("there is no preprocessor \"depth_midas\"; did you mean ");
    }

    private static Map<String, Object> units(String json) {
        return Map.of(
                "override_settings",
                Map.of("sd_model_checkpoint", "sd15"),
                "alwayson_scripts",
                Map.of("ControlNet", Map.of("args", Json.MAPPER.readTree(json.formatted(TinyServer.base64(64, 64))))));
    }

    @Test
    void aPreprocessorShowsWhatItMakes() throws Exception {
        JsonNode answer = TinyServer.json(server.post(
                "/controlnet/detect",
                "{\"controlnet_module\": \"canny\", \"controlnet_input_images\": [\"" + TinyServer.base64(64, 72)
                        + "\"]}"));
        byte[] made = Base64.getDecoder().decode(answer.get("images").get(0).asString());
        assertThat(Image.decode(Path.of("made"), made).height()).isEqualTo(72);
    }

    @Test
    void theClientWhosePictureIsDrawnGetsAPreview() throws Exception {
        CompletableFuture<HttpResponse<String>> picture = server.later(
                TEXT,
                "{\"prompt\": \"long\", \"width\": 64, \"height\": 64, \"steps\": 1000, \"cfg_scale\": 1, "
                        + "\"sampler_name\": \"DDIM\"}");
        server.untilGenerating();
        TinyServer.until(() -> !current("?skip_current_image=false").isNull());
        assertThat(current("?skip_current_image=true").isNull()).isTrue();
        byte[] seen = Base64.getDecoder().decode(current("").asString());
        assertThat(Image.decode(Path.of("seen"), seen).width()).isEqualTo(64);
        assertThat(server.post("/sdapi/v1/skip", "").statusCode()).isEqualTo(200);
        assertThat(picture.get().statusCode()).isEqualTo(409);
    }

    private static JsonNode current(String query) {
        try {
            return TinyServer.json(server.get("/sdapi/v1/progress" + query)).get("current_image");
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void picturesAreEnlarged() throws Exception {
        JsonNode twice = TinyServer.json(server.post(
                "/sdapi/v1/extra-single-image",
                "{\"image\": \"%s\", \"upscaler_1\": \"Lanczos\", \"upscaling_resize\": 2}"
                        .formatted(TinyServer.base64(32, 24))));
        byte[] larger = Base64.getDecoder().decode(twice.get("image").asString());
        assertThat(Image.decode(Path.of("larger"), larger).height()).isEqualTo(48);
        JsonNode cropped = TinyServer.json(server.post(
                "/sdapi/v1/extra-batch-images",
                "{\"imageList\": [{\"data\": \"%s\"}], \"upscaler_1\": \"Bicubic\", \"resize_mode\": 1, "
                                .formatted(TinyServer.base64(32, 24))
                        + "\"upscaling_resize_w\": 64, \"upscaling_resize_h\": 64}"));
        byte[] square = Base64.getDecoder().decode(cropped.get("images").get(0).asString());
        assertThat(Image.decode(Path.of("square"), square).width()).isEqualTo(64);
        assertThat(server.post(
                                "/sdapi/v1/extra-single-image",
                                "{\"image\": \"%s\", \"upscaler_1\": \"Lanczos\", \"upscaling_resize\": 1000}"
                                        .formatted(TinyServer.base64(32, 24)))
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sdapi/v1/schedulers",
                "/sdapi/v1/upscalers",
                "/sdapi/v1/latent-upscale-modes",
                "/sdapi/v1/sd-vae",
                "/sdapi/v1/sd-modules",
                "/sdapi/v1/embeddings",
                "/sdapi/v1/scripts",
                "/sdapi/v1/script-info",
                "/sdapi/v1/cmd-flags",
                "/sdapi/v1/memory",
                "/sdapi/v1/prompt-styles",
                "/sdapi/v1/hypernetworks",
                "/sdapi/v1/face-restorers",
                "/sdapi/v1/realesrgan-models",
                "/sdapi/v1/extensions",
                "/controlnet/version",
                "/controlnet/model_list",
                "/controlnet/module_list",
                "/controlnet/control_types",
                "/controlnet/settings",
                "/internal/ping",
                "/queue/status",
                "/config",
            })
    void routesThatFrontEndsCallAtStartAreAnswered(String path) throws Exception {
        HttpResponse<String> answer = server.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = TinyServer.json(answer);
        assertThat(json.isArray() || json.isObject()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "refresh-checkpoints",
                "refresh-loras",
                "refresh-vae",
                "refresh-embeddings",
                "unload-checkpoint",
                "reload-checkpoint",
                "skip",
                "interrupt",
            })
    void commandsOfFrontEndsAreAnswered(String command) throws Exception {
        assertThat(server.post("/sdapi/v1/" + command, "").statusCode()).isEqualTo(200);
    }

    @Test
    void modelsAndModulesOfTheServerAreListed() throws Exception {
        assertThat(TinyServer.json(server.get("/controlnet/model_list"))
                        .get("model_list")
                        .valueStream()
                        .map(JsonNode::asString))
                .contains("controlnet-sd15");
        assertThat(TinyServer.json(server.get("/controlnet/module_list"))
                        .get("module_list")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactly("none", "canny", "drawing");
        assertThat(TinyServer.json(server.get("/sdapi/v1/schedulers")).findValuesAsString("label"))
                .containsExactly("Automatic", "Karras");
        HttpResponse<String> refused = server.post("/sdapi/v1/interrogate", "{\"image\": \"\", \"model\": \"clip\"}");
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.body()).contains("this server cannot describe pictures");
    }

    private static Map<String, Object> merged(Map<String, Object> fields) {
        Map<String, Object> body = new LinkedHashMap<>(BASE);
        body.putAll(fields);
        return body;
    }

    private static JsonNode drawn(String route, Map<String, Object> fields) throws Exception {
        HttpResponse<String> answer = server.post(route, Json.MAPPER.writeValueAsString(merged(fields)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TinyServer.json(answer);
    }

    private static byte[] encoded(JsonNode answer) {
        return Base64.getDecoder().decode(answer.get("images").get(0).asString());
    }

    private static Image picture(JsonNode answer) {
        return Image.decode(Path.of("answer"), encoded(answer));
    }

    private static Map<String, String> settings(JsonNode answer) {
        return GenerationParameters.find(encoded(answer)).orElseThrow().settings();
    }

    private static List<String> warnings(JsonNode answer) {
        return answer.get("warnings").valueStream().map(JsonNode::asString).toList();
    }
}
