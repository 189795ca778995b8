package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whichever API a request comes by, and whatever its fields are converted to, its work stays within the limit. */
class WorkLimitTest {
    private static final String WORK = "million pixels x steps, more than the 268 million that this server allows";
    private static final String SCHEDULE = "whose whole schedule has 100000000 steps, is more than this server allows";

    @AutoClose
    private static final TinyServer server = TinyServer.open();

    /** In the bodies, PICTURE stands for a picture and quotation marks are single ones. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/v1/images/generations | {'prompt': 'a', 'n': 8, 'size': '2048x2048', 'steps': 25}",
                "/v1/jobs | {'prompt': 'a', 'n': 8, 'size': '2048x2048', 'steps': 25}",
                "/v1/images/generations | {'prompt': 'a', 'n': 4, 'size': '512x512', 'steps': 100, 'hires': 4}",
                "/v1/images/generations | {'prompt': 'a', 'size': '1024x1024', 'steps': 100, 'image': PICTURE, "
                        + "'strength': 0.01, 'hires': 2, 'hires_strength': 1}",
                "/sdapi/v1/txt2img | {'prompt': 'a', 'batch_size': 2, 'n_iter': 2, 'width': 512, 'height': 512, "
                        + "'steps': 100, 'enable_hr': true, 'hr_scale': 4, 'denoising_strength': 0.5}",
                "/sdapi/v1/txt2img | {'prompt': 'a', 'batch_size': 1, 'width': 512, 'height': 512, 'steps': 100, "
                        + "'enable_hr': true, 'hr_resize_x': 2048, 'hr_resize_y': 2048, 'denoising_strength': 1}",
            })
    void requestsForTooMuchAreRefused(String path, String body) throws Exception {
        assertRefused(path, body, WORK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/v1/images/generations | {'prompt': 'a', 'steps': 100, 'image': PICTURE, 'strength': 1e-6}",
                "/v1/jobs | {'prompt': 'a', 'steps': 100, 'image': PICTURE, 'strength': 1e-6}",
                "/sdapi/v1/img2img | {'prompt': 'a', 'steps': 100, 'init_images': [PICTURE], "
                        + "'denoising_strength': 1e-6}",
            })
    void aTinyStrengthDoesNotMakeAHugeSchedule(String path, String body) throws Exception {
        assertRefused(path, body, SCHEDULE);
    }

    /** PLMS, which this model's own configuration names, evaluates the network once more than it has steps. */
    @Test
    void theSamplerOfTheModelIsCountedOnceItIsLoaded() throws Exception {
        Limits.Generation usual = Limits.DEFAULT.generation();
        Limits fourEvaluations = Limits.DEFAULT.with(new Limits.Generation(
                usual.maxSide(),
                usual.maxSteps(),
                usual.maxImages(),
                4 * 64 * 64,
                usual.maxPromptLength(),
                usual.maxBatchPixels(),
                usual.deadline()));
        try (TinyServer small = new TinyServer(ServerOptions.LOCAL.withLimits(fourEvaluations))) {
            String body = json("{'prompt': 'a', 'model': 'sd15', 'size': '64x64', 'steps': 4}");
            HttpResponse<String> answer = small.post("/v1/images/generations", body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(TinyServer.message(answer)).contains("in 4 steps, which count as 5,", ": 3 steps would fit");
            assertThat(small.post("/v1/images/generations", body.replace("4}", "3}"))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void messagesOfLiveSessionsAreWithinTheLimitToo() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send(json("{'type': 'draw', 'id': 1, 'prompt': 'a', 'size': '2048x2048', 'steps': 100}"));
            assertThat(client.error()).contains(WORK);
            client.send(json("{'id': 2, 'prompt': 'a', 'steps': 100, 'image': PICTURE, 'strength': 1e-6}"));
            assertThat(client.error()).contains(SCHEDULE);
        }
    }

    @Test
    void graphsAreWithinTheLimitToo() throws Exception {
        String empty =
                "{'class_type': 'EmptyLatentImage', 'inputs': {'width': 2048, 'height': 2048, " + "'batch_size': 8}}";
        assertRefused("/prompt", graph(empty, 1), WORK);
        String encoded = "{'class_type': 'VAEEncode', 'inputs': {'pixels': ['7', 0], 'vae': ['1', 2]}}";
        assertRefused("/prompt", graph(encoded, 1e-6), SCHEDULE);
        String repeated = "{'class_type': 'RepeatLatentBatch', 'inputs': {'samples': ['8', 0], 'amount': 8}}";
        assertRefused("/prompt", graph(repeated, 1), WORK);
        String sampled = "{'class_type': 'KSampler', 'inputs': {'seed': 1, 'steps': 25, 'cfg': 1, 'denoise': 1, "
                + "'sampler_name': 'ddim', 'scheduler': 'normal', 'model': ['1', 0], 'positive': ['2', 0], "
                + "'negative': ['2', 0], 'latent_image': ['8', 0]}}";
        assertRefused(
                "/prompt", graph(sampled, 1), "node 4 (KSampler): this server does not know this node as latents");
    }

    /** @param latents the node that the sampler starts from */
    private static String graph(String latents, double denoise) {
        return """
            {'prompt': {
              '1': {'class_type': 'CheckpointLoaderSimple', 'inputs': {'ckpt_name': 'tiny'}},
              '2': {'class_type': 'CLIPTextEncode', 'inputs': {'text': 'a', 'clip': ['1', 1]}},
              '3': {'class_type': 'KSampler', 'inputs': {'seed': 1, 'steps': 100, 'cfg': 1, 'denoise': %s,
                'sampler_name': 'ddim', 'scheduler': 'normal', 'model': ['1', 0], 'positive': ['2', 0],
                'negative': ['2', 0], 'latent_image': ['4', 0]}},
              '4': %s,
              '5': {'class_type': 'VAEDecode', 'inputs': {'samples': ['3', 0], 'vae': ['1', 2]}},
              '6': {'class_type': 'SaveImage', 'inputs': {'images': ['5', 0]}},
              '7': {'class_type': 'ETN_LoadImageBase64', 'inputs': {'image': PICTURE}},
              '8': {'class_type': 'EmptyLatentImage', 'inputs': {'width': 2048, 'height': 2048, 'batch_size': 1}}
            }}\
            """.formatted(denoise, latents);
    }

    private static void assertRefused(String path, String body, String sentence) throws Exception {
        HttpResponse<String> answer = server.post(path, json(body));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(sentence);
    }

    private static String json(String body) {
        return body.replace('\'', '"').replace("PICTURE", '"' + TinyServer.base64(64, 64) + '"');
    }
}
