package dev.hypersd.spring.ai.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.application.LocalModel;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.spring.ai.HyperSdImageMetadata;
import dev.hypersd.spring.ai.HyperSdImageModel;
import dev.hypersd.spring.ai.HyperSdImageOptions;
import dev.hypersd.tensor.WeightStorage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@Timeout(120)
class HyperSdImageAutoConfigurationTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(HyperSdImageAutoConfiguration.class, HyperSdHealthAutoConfiguration.class));

    @Test
    void theFirstPictureNeedsOnePropertyAtMost() {
        application.withPropertyValues("spring.ai.model.image=hypersd").run(context -> {
            assertThat(context.getBean(LocalModel.class).isLoaded())
                    .as("loaded with the first picture")
                    .isFalse();
            ImageResponse response = context.getBean(ImageModel.class).call(new ImagePrompt("a red star"));
            assertThat(infotext(response)).contains("a red star", "Steps: 4", "Sampler: TCD");
        });
    }

    @Test
    void propertiesSetHowPicturesAreDrawn() {
        application
                .withPropertyValues(
                        "spring.ai.hypersd.eager=true",
                        "spring.ai.hypersd.image.steps=2",
                        "spring.ai.hypersd.image.seed=18446744073709551615",
                        "spring.ai.hypersd.image.clip-skip=1",
                        "spring.ai.hypersd.image.loras[0]=unified:0.9",
                        "spring.ai.hypersd.image.loras[1]=neon")
                .run(context -> {
                    assertThat(context.getBean(LocalModel.class).isLoaded()).isTrue();
                    ImageModel model = context.getBean(ImageModel.class);
                    assertThat(infotext(model.call(new ImagePrompt("a red star"))))
                            .contains("Steps: 2", "Seed: 18446744073709551615", "Clip skip: 2", "neon");
                    HyperSdImageOptions options =
                            HyperSdImageOptions.builder().steps(1).build();
                    assertThat(infotext(model.call(new ImagePrompt("a red star", options))))
                            .contains("Steps: 1");
                });
    }

    @Test
    void optionsAreReadAsTheEnvironmentWritesThem() {
        assertThat(properties(new TreeMap<>(Map.of("negative.prompt", "blurry", "loras[0]", "a", "loras[1]", "b:0.5")))
                        .defaults())
                .isEqualTo(GenerationOptions.builder()
                        .negativePrompt("blurry")
                        .lora(LoraReference.of("a"))
                        .lora(LoraReference.of("b", 0.5))
                        .build());
    }

    private static HyperSdProperties properties(Map<String, String> image) {
        return new HyperSdProperties(
                null, "f32", "cpu", WeightStorage.CONVERTED, null, null, false, Duration.ZERO, image);
    }

    @Test
    void aPropertyThatDoesNotExistIsAnsweredWithTheNearest() {
        application
                .withPropertyValues("spring.ai.hypersd.image.step=4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage("spring.ai.hypersd.image: there is no option \"step\"; did you mean steps?"));
    }

    @Test
    void aModelThatDoesNotExistStopsTheApplicationWithASentence() {
        application
                .withPropertyValues("spring.ai.hypersd.model=nowhere")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessage(
                                "nowhere: not found; a model is a directory with a model_index.json, or a safetensors "
                                        + "file"));
    }

    @Test
    void anotherProviderTakesItsPlace() {
        application
                .withPropertyValues("spring.ai.model.image=openai")
                .run(context -> assertThat(context).doesNotHaveBean(ImageModel.class));
    }

    @Test
    void aBeanOfTheApplicationTakesItsPlace() {
        LocalModel own = LocalModel.builder().build();
        application.withBean(LocalModel.class, () -> own).run(context -> {
            assertThat(context.getBean(LocalModel.class)).isSameAs(own);
            assertThat(context).hasSingleBean(HyperSdImageModel.class);
        });
        HyperSdImageModel model = new HyperSdImageModel(own);
        application
                .withBean(HyperSdImageModel.class, () -> model)
                .run(context -> assertThat(context.getBean(ImageModel.class)).isSameAs(model));
    }

    @Test
    void callsAreObservedByTheRegistryOfTheApplication() {
        List<String> observed = new ArrayList<>();
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                observed.add(context.getName() + ": " + context.getContextualName());
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        application
                .withBean(ObservationRegistry.class, () -> registry)
                .withPropertyValues("spring.ai.hypersd.image.steps=1")
                .run(context -> context.getBean(ImageModel.class).call(new ImagePrompt("a red star")));
        assertThat(observed).containsExactly("gen_ai.client.operation: image hypersd-mini");
    }

    @Test
    void theHealthSaysWhetherTheModelCanBeLoaded(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{}");
        application.withPropertyValues("spring.ai.hypersd.model=" + folder).run(context -> {
            HyperSdHealthIndicator indicator = context.getBean(HyperSdHealthIndicator.class);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            try {
                context.getBean(ImageModel.class).call(new ImagePrompt("a red star"));
            } catch (RuntimeException e) {
                Health health = indicator.health();
                assertThat(health.getStatus()).isEqualTo(Status.DOWN);
                assertThat(health.getDetails())
                        .containsEntry("error", e.getMessage())
                        .containsEntry("loaded", false);
                return;
            }
            throw new AssertionError("a broken model drew a picture");
        });
    }

    @Test
    void thereIsNoHealthWhereItIsSwitchedOffOrBootHasNone() {
        application
                .withPropertyValues("management.health.hypersd.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
        application
                .withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(HyperSdImageModel.class)
                        .doesNotHaveBean("hypersdHealthIndicator"));
    }

    @Test
    void aPictureInProgressIsCompletedWhenTheApplicationEnds() {
        List<CompletableFuture<ImageResponse>> drawn = new ArrayList<>();
        application.withPropertyValues("spring.ai.hypersd.image.steps=8").run(context -> {
            LocalModel local = context.getBean(LocalModel.class);
            ImageModel model = context.getBean(ImageModel.class);
            drawn.add(CompletableFuture.supplyAsync(() -> model.call(new ImagePrompt("a red star"))));
            while (!local.isLoaded()) {
                Thread.sleep(5);
            }
        });
        assertThat(drawn.getFirst().join().getResults()).hasSize(1);
    }

    private static String infotext(ImageResponse response) {
        return ((HyperSdImageMetadata) response.getResults().getFirst().getMetadata()).infotext();
    }
}
