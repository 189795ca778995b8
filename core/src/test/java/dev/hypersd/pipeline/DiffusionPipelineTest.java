package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Option;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One pipeline, many requests: they do not influence each other, end when they should, and leave nothing behind. */
class DiffusionPipelineTest {
    private static Path model;
    private static DiffusionPipeline pipeline;

    @BeforeAll
    static void load(@TempDir Path folder) {
        model = folder.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        pipeline = DiffusionPipeline.load(model);
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void concurrentRequestsGiveWhatTheyGiveAlone() throws Exception {
        List<ImageRequest> requests = IntStream.range(0, 8)
                .mapToObj(i ->
                        request(i).size(64 + 8 * (i % 3), 64).steps(1 + i % 3).build())
                .toList();
        List<Image> alone = requests.stream().map(DiffusionPipelineTest::draw).toList();
        List<Image> together = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Image>> futures =
                    requests.stream().map(r -> threads.submit(() -> draw(r))).toList();
            for (Future<Image> future : futures) {
                together.add(future.get());
            }
        }
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void aLoraTagInAPromptThatNobodyResolvedIsWarnedOf() {
        List<String> warnings = new ArrayList<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void onWarning(String warning) {
                warnings.add(warning);
            }
        };
        ImageRequest request =
                ImageRequest.of("a cat <lora:ink:0.8>").size(64, 64).steps(1).build();
        pipeline.generate(request, listener);
        assertThat(warnings)
                .containsExactly(
                        "<lora:ink:0.8> is read as text: the LoRAs of a request are said apart from its prompts");
    }

    /** As {@code sdxl_lightning_1step_unet_x0} is drawn, whose configuration says epsilon. */
    @Test
    void aRequestSetsThePredictionTypeWhichIsWrittenIntoThePicture() {
        ImageRequest request = request(1)
                .sampler(Samplers.named("euler"))
                .steps(1)
                .prediction(PredictionType.SAMPLE)
                .build();
        GeneratedImage drawn = pipeline.generate(request).getFirst();
        LoadOptions sample = LoadOptions.DEFAULT.withPrediction(PredictionType.SAMPLE);
        try (DiffusionPipeline loaded = DiffusionPipeline.load(new ModelSource(model, sample))) {
            ImageRequest silent =
                    request(1).sampler(Samplers.named("euler")).steps(1).build();
            assertThat(loaded.generate(silent).getFirst().image()).isEqualTo(drawn.image());
            assertThat(draw(silent)).isNotEqualTo(drawn.image());
        }
        assertThat(GenerationOptions.of(drawn.parameters()).get(Option.PREDICTION))
                .contains(PredictionType.SAMPLE);
    }

    @Test
    void requestsThatAreDrawnTogetherGiveWhatTheyGiveAlone() {
        ImageRequest two = ImageRequest.of("a blue house")
                .seed(9)
                .size(64, 64)
                .steps(2)
                .sampler(Samplers.named("tcd").withEta(0.5))
                .imagesPerPrompt(2)
                .build();
        List<ImageRequest> requests =
                List.of(request(3).build(), two, request(5).build());
        List<List<GeneratedImage>> together = pipeline.generateTogether(requests, GenerationListener.NONE);
        for (int i = 0; i < requests.size(); i++) {
            List<GeneratedImage> alone = pipeline.generate(requests.get(i));
            assertThat(together.get(i)).hasSameSizeAs(alone);
            for (int j = 0; j < alone.size(); j++) {
                GeneratedImage picture = together.get(i).get(j);
                assertThat(picture.seed()).isEqualTo(alone.get(j).seed());
                assertThat(picture.parameters()).isEqualTo(alone.get(j).parameters());
                // Products of other shapes may be summed up in another order.
                assertThat(largestDifference(picture.image(), alone.get(j).image()))
                        .isLessThanOrEqualTo(2);
            }
        }
    }

    /** The first two prompts end alike, so that the sentence about them is the same. */
    @Test
    void warningsSayWhichPicturesTheyAreAbout() {
        String cut = " boat".repeat(100);
        List<ImageRequest> requests = Stream.of("a" + cut, "the" + cut, "a boat", "a house <lora:ink:0.8>")
                .map(prompt -> ImageRequest.of(prompt)
                        .size(64, 64)
                        .steps(1)
                        .imagesPerPrompt(prompt.equals("a boat") ? 2 : 1)
                        .build())
                .toList();
        Map<String, Set<Integer>> warnings = new LinkedHashMap<>();
        pipeline.generateTogether(requests, new GenerationListener() {
            @Override
            public void onWarning(String sentence, Set<Integer> pictures) {
                warnings.put(sentence.replaceFirst("(the prompt is longer|<lora:ink:0.8>).*", "$1"), pictures);
            }
        });
        assertThat(warnings)
                .containsOnly(Map.entry("the prompt is longer", Set.of(0, 1)), Map.entry("<lora:ink:0.8>", Set.of(4)));
    }

    @Test
    void requestsThatDifferInMoreAreNotDrawnTogether() {
        List<ImageRequest> requests =
                List.of(request(1).build(), request(1).steps(3).build());
        assertThatThrownBy(() -> pipeline.generateTogether(requests, GenerationListener.NONE))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("requests that are drawn in one batch may differ in prompts, numbers of pictures and seeds "
                        + "alone");
    }

    @Test
    void aListenerSeesEveryStepWithAPreviewAndCanCancelTheGeneration() {
        List<Integer> seen = new ArrayList<>();
        GenerationListener two = new GenerationListener() {
            @Override
            public void onStep(Step step) {
                seen.add(step.number());
                assertThat(step.previews().get())
                        .singleElement()
                        .extracting(Image::width)
                        .isEqualTo(64);
            }

            @Override
            public boolean isCancelled() {
                return seen.size() == 2;
            }
        };
        assertThatThrownBy(() -> pipeline.generate(request(1).steps(4).build(), two))
                .isInstanceOf(GenerationCancelledException.class)
                .hasMessage("the generation was cancelled");
        assertThat(seen).containsExactly(1, 2);
        assertThat(draw(request(1).build())).isNotNull();
    }

    @Test
    void aGenerationIsCancelledWithinAStepAndWithinTheAutoencoderAndFreesWhatItMade() {
        ImageRequest two = request(1).steps(2).build();
        CancelledAfter whole = new CancelledAfter(Integer.MAX_VALUE);
        assertThat(pipeline.generate(two, whole)).hasSize(1);
        int inFirstStep = whole.askedAtSteps.getFirst();
        int inSteps = whole.askedAtSteps.getLast();
        assertThat(inFirstStep).as("questions in the first step").isGreaterThan(50);
        assertThat(whole.asked - inSteps).as("questions in the autoencoder").isGreaterThan(20);
        long tensors = Pointer.totalCount();
        for (int allowed : new int[] {inFirstStep / 2, inFirstStep + 10, inSteps + 10}) {
            CancelledAfter cancelled = new CancelledAfter(allowed);
            assertThatThrownBy(() -> pipeline.generate(two, cancelled))
                    .isInstanceOf(GenerationCancelledException.class)
                    .hasMessage("the generation was cancelled");
            assertThat(cancelled.asked).isEqualTo(allowed + 1);
            assertThat(cancelled.askedAtSteps).hasSize(allowed < inFirstStep ? 0 : allowed < inSteps ? 1 : 2);
            assertThat(Pointer.totalCount()).as("tensors").isEqualTo(tensors);
        }
        assertThat(draw(two)).isEqualTo(draw(two));
    }

    @Test
    void aModelIsLoadedAsLongAsItIsWantedAndOtherwiseNothingOfIt() {
        OpenedModel opened = new ModelSource(model).open();
        CancelledAfter whole = new CancelledAfter(Integer.MAX_VALUE);
        DiffusionPipeline.load(opened, request(1).build(), whole::isCancelled).close();
        assertThat(whole.asked).as("questions between tensors").isGreaterThan(100);
        long before = Pointer.totalCount();
        for (int allowed : new int[] {0, whole.asked / 2, whole.asked - 1}) {
            CancelledAfter unwanted = new CancelledAfter(allowed);
            assertThatThrownBy(() -> DiffusionPipeline.load(opened, request(1).build(), unwanted::isCancelled))
                    .isInstanceOf(GenerationCancelledException.class);
            assertThat(unwanted.asked).isEqualTo(allowed + 1);
            assertThat(Pointer.totalCount()).as("tensors").isEqualTo(before);
        }
    }

    /** Cancels after it was asked so often, and notes how often it was asked before the end of each step. */
    private static final class CancelledAfter implements GenerationListener {
        private final int allowed;
        private final List<Integer> askedAtSteps = new ArrayList<>();
        private int asked;

        private CancelledAfter(int allowed) {
            this.allowed = allowed;
        }

        @Override
        public void onStep(Step step) {
            askedAtSteps.add(asked);
        }

        @Override
        public boolean isCancelled() {
            asked++;
            return asked > allowed;
        }
    }

    @Test
    void aPartOfARequestDrawsThePicturesThatTheWholeDraws() {
        ImageRequest four = request(1).imagesPerPrompt(4).steps(2).build();
        List<GeneratedImage> whole = pipeline.generate(four);
        for (int i = 0; i < 4; i += 2) {
            List<GeneratedImage> part = pipeline.generate(four.part(i, 2));
            for (int j = 0; j < 2; j++) {
                assertThat(part.get(j).seed()).isEqualTo(whole.get(i + j).seed());
                assertThat(part.get(j).parameters()).isEqualTo(whole.get(i + j).parameters());
                AlikePictures.assertAlike(part.get(j).image(), whole.get(i + j).image());
            }
        }
    }

    @Test
    void aClosedPipelineRefusesRequestsWithAReason(@TempDir Path folder) {
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        DiffusionPipeline closed = DiffusionPipeline.load(folder.resolve("tiny"));
        closed.close();
        assertThatThrownBy(() -> closed.generate(request(1).build())).hasMessageContaining("this pipeline is closed");
        assertThatThrownBy(() -> closed.reconstruct(List.of(new Image(8, 8, new byte[192]))))
                .hasMessageContaining("this pipeline is closed");
    }

    @Test
    void picturesComeBackFromTheAutoencoderAlone() {
        Image picture = draw(request(1).build());
        List<Image> back = pipeline.reconstruct(List.of(picture, picture));
        assertThat(back).hasSize(2);
        assertThat(back.getFirst()).isEqualTo(back.getLast()).isNotEqualTo(picture);
        assertThat(back.getFirst()).hasToString(picture.toString());
        assertThatThrownBy(() -> pipeline.reconstruct(List.of(new Image(12, 8, new byte[288]))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("12");
    }

    @Test
    void nothingIsLeftBehindInNativeMemory() {
        ImageRequest request = request(3).guidance(Guidance.of(2)).build();
        draw(request);
        long before = Pointer.totalCount();
        for (int i = 0; i < 20; i++) {
            draw(request);
        }
        // Whatever a first request sets up, later ones find: not one handle more.
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    private static ImageRequest.Builder request(long seed) {
        return ImageRequest.of("a red boat")
                .seed(seed)
                .size(64, 64)
                .steps(2)
                .sampler(Samplers.named("tcd").withEta(0.5));
    }

    private static int largestDifference(Image a, Image b) {
        byte[] first = a.rgb();
        byte[] second = b.rgb();
        return IntStream.range(0, first.length)
                .map(i -> Math.abs((first[i] & 0xFF) - (second[i] & 0xFF)))
                .max()
                .orElse(0);
    }

    private static Image draw(ImageRequest request) {
        return pipeline.generate(request).getFirst().image();
    }
}
