package dev.hypersd.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.application.LocalModel;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImageOptionsBuilder;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.image.observation.DefaultImageModelObservationConvention;
import org.springframework.util.MimeTypeUtils;

/** The image model does all that Spring AI's interface names, draws what the library draws, and is observed. */
class HyperSdImageModelTest {
    private static final TestObservationRegistry OBSERVATIONS = TestObservationRegistry.create();
    private static LocalModel local;
    private static ImageModel model;

    @BeforeAll
    static void open() {
        local = LocalModel.builder()
                .defaults(GenerationOptions.builder().steps(1).seed(7).build())
                .build();
        model = new HyperSdImageModel(local, OBSERVATIONS);
    }

    @AfterAll
    static void close() {
        local.close();
    }

    @Test
    void aPictureIsThatOfTheLibrary() {
        ImageResponse response = model.call(new ImagePrompt("a red star"));
        byte[] png = bytes(response.getResults().getFirst());
        assertThat(Image.decode(Path.of("star"), png))
                .isEqualTo(local.generate(GenerationOptions.of("a red star"))
                        .images()
                        .getFirst()
                        .image());
        assertThat(GenerationParameters.find(png).orElseThrow().prompt()).isEqualTo("a red star");
        assertThat(response.getMetadata().<List<String>>get(HyperSdImageModel.WARNINGS))
                .isEmpty();
    }

    @Test
    void everyOptionOfTheLibraryCanBeSet() {
        HyperSdImageOptions options = HyperSdImageOptions.builder()
                .n(2)
                .steps(2)
                .seed(8)
                .lora("lightning-2steps")
                .negativePrompt("blue")
                .option(Option.HIRES, 1.5)
                .build();
        ImageResponse response = model.call(new ImagePrompt("a red star", options));
        assertThat(response.getResults())
                .extracting(ImageGeneration::getMetadata)
                .extracting(metadata -> ((HyperSdImageMetadata) metadata).seed())
                .containsExactly(BigInteger.valueOf(8), BigInteger.valueOf(9));
        assertThat(((HyperSdImageMetadata) response.getResults().getLast().getMetadata()).infotext())
                .contains("a red star", "Steps: 2", "Seed: 9", "Hires upscale: 1.5");
        assertThat(response.getMetadata().<List<String>>get(HyperSdImageModel.WARNINGS))
                .contains("the negative prompt has no effect: guidance is off");
    }

    @Test
    void theOptionsOfAllProvidersAreUnderstood() {
        ImageResponse response = model.call(new ImagePrompt(
                "a red star",
                ImageOptionsBuilder.builder()
                        .n(2)
                        .width(64)
                        .height(72)
                        .responseFormat("b64_json")
                        .model("hypersd-mini")
                        .build()));
        assertThat(response.getResults()).hasSize(2);
        assertThat(decoded(response.getResults().getFirst()).toString()).isEqualTo("picture of 64x72");
    }

    @Test
    void aModelThatDoesNotDrawIsNamedInAWarning() {
        ImageResponse response = model.call(new ImagePrompt(
                "a red star", ImageOptionsBuilder.builder().model("dall-e-3").build()));
        assertThat(response.getMetadata().<List<String>>get(HyperSdImageModel.WARNINGS))
                .containsExactly("these options are for the model dall-e-3, and it is hypersd-mini that draws");
    }

    @Test
    void aPictureInTheMessageIsTheOneToStartFrom() {
        ImageGeneration star =
                model.call(new ImagePrompt("a red star")).getResults().getFirst();
        HyperSdImageOptions options = HyperSdImageOptions.builder()
                .image(PictureSource.of(decoded(star)))
                .strength(0.6)
                .steps(2)
                .build();
        Image expected = decoded(
                model.call(new ImagePrompt("a blue star", options)).getResults().getFirst());
        HyperSdImageOptions without =
                HyperSdImageOptions.builder().strength(0.6).steps(2).build();
        Media bytes = Media.builder()
                .mimeType(MimeTypeUtils.IMAGE_PNG)
                .data(bytes(star))
                .build();
        Media address = new Media(
                MimeTypeUtils.IMAGE_PNG,
                URI.create("data:image/png;base64," + star.getOutput().getB64Json()));
        for (Media media : List.of(bytes, address)) {
            ImageMessage message = new ImageMessage("a blue star", null, List.of(media), Map.of());
            assertThat(decoded(model.call(new ImagePrompt(message, without))
                            .getResults()
                            .getFirst()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void whatHasNoMeaningHereIsRefused() {
        refused(
                new ImagePrompt(
                        "a star", ImageOptionsBuilder.builder().style("vivid").build()),
                "style \"vivid\": styles are LoRAs here; name one with the option lora of HyperSdImageOptions");
        refused(
                new ImagePrompt(
                        "a star",
                        ImageOptionsBuilder.builder().responseFormat("url").build()),
                "response format \"url\": pictures are returned in Base64, so write b64_json or leave it out");
        refused(
                new ImagePrompt(
                        "a star", ImageOptionsBuilder.builder().width(64).build()),
                "a size has a width and a height: give both, or none");
        refused(
                new ImagePrompt(List.of(new ImageMessage("a star"), new ImageMessage("a moon"))),
                "a request has one message, not 2: put all that is to be seen into one prompt, and all that is not to "
                        + "be seen into the option negativePrompt");
        refused(
                new ImagePrompt(List.of(new ImageMessage("a star", 0.5f))),
                "the message has the weight 0.5, which has no meaning here: weigh words in the prompt, with the option "
                        + "prompt_syntax weighted");
    }

    private static void refused(ImagePrompt prompt, String sentence) {
        assertThatThrownBy(() -> model.call(prompt))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(sentence);
    }

    @Test
    void callsAreObservedByTheConventionOfSpringAi() {
        OBSERVATIONS.clear();
        model.call(new ImagePrompt(
                "a red star", HyperSdImageOptions.builder().size(64, 72).build()));
        TestObservationRegistryAssert.assertThat(OBSERVATIONS)
                .hasObservationWithNameEqualTo(DefaultImageModelObservationConvention.DEFAULT_NAME)
                .that()
                .hasContextualNameEqualTo("image hypersd-mini")
                .hasLowCardinalityKeyValue("gen_ai.operation.name", "image")
                .hasLowCardinalityKeyValue("gen_ai.system", "hypersd")
                .hasLowCardinalityKeyValue("gen_ai.request.model", "hypersd-mini")
                .hasHighCardinalityKeyValue("gen_ai.request.image.size", "64x72")
                .hasBeenStopped();
    }

    @Test
    void failuresAreObserved() {
        OBSERVATIONS.clear();
        assertThatThrownBy(() -> model.call(new ImagePrompt(
                        "a red star", HyperSdImageOptions.builder().steps(0).build())))
                .isInstanceOf(InvalidRequestException.class);
        TestObservationRegistryAssert.assertThat(OBSERVATIONS)
                .hasObservationWithNameEqualTo(DefaultImageModelObservationConvention.DEFAULT_NAME)
                .that()
                .hasError();
    }

    private static byte[] bytes(ImageGeneration drawn) {
        return Base64.getDecoder().decode(drawn.getOutput().getB64Json());
    }

    private static Image decoded(ImageGeneration drawn) {
        return Image.decode(Path.of("picture"), bytes(drawn));
    }
}
