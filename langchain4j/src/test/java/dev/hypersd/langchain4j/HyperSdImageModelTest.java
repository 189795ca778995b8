package dev.hypersd.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.application.LocalModel;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image model does all that langchain4j's interface names, draws what the library draws, and fails with exceptions
 * of langchain4j. There are no abstract tests of image models among those that langchain4j publishes.
 */
class HyperSdImageModelTest {
    private static final int SIZE = 128;
    private static HyperSdImageModel model;

    @BeforeAll
    static void open() {
        model = HyperSdImageModel.builder().steps(2).seed(7).build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aPictureIsAPngInBase64() {
        ImageModel plain = model;
        Image picture = plain.generate("a red star").content();
        assertThat(picture.mimeType()).isEqualTo("image/png");
        assertThat(picture.url()).isNull();
        assertThat(decoded(picture).width()).isEqualTo(SIZE);
        assertThat(GenerationParameters.find(bytes(picture)).orElseThrow().prompt())
                .isEqualTo("a red star");
    }

    @Test
    void picturesAreThoseOfTheLibrary() {
        GenerationOptions options =
                GenerationOptions.of("a red star").toBuilder().steps(2).seed(7).build();
        try (LocalModel library = LocalModel.builder().build()) {
            assertThat(decoded(model.generate("a red star").content()))
                    .isEqualTo(library.generate(options).images().getFirst().image());
        }
    }

    @Test
    void severalPicturesHaveSeedsThatFollowEachOther() {
        Response<List<Image>> drawn = model.generate("a red star", 3);
        assertThat(drawn.content()).hasSize(3).doesNotHaveDuplicates();
        assertThat(drawn.metadata())
                .containsEntry(
                        HyperSdImageModel.SEEDS,
                        List.of(BigInteger.valueOf(7), BigInteger.valueOf(8), BigInteger.valueOf(9)))
                .containsEntry(HyperSdImageModel.WARNINGS, List.of());
    }

    @Test
    void everyOptionOfTheLibraryCanBeSet() {
        Response<List<Image>> drawn = model.generate(GenerationOptions.of("a red star").toBuilder()
                .seed(8)
                .lora(LoraReference.of("lightning-4steps"))
                .set(Option.STEPS, 4)
                .set(Option.COUNT, 2)
                .set(Option.HIRES, 1.5)
                .negativePrompt("blue")
                .build());
        assertThat(decoded(drawn.content().getFirst()).width()).isEqualTo(SIZE * 3 / 2);
        assertThat(drawn.metadata())
                .hasEntrySatisfying(
                        HyperSdImageModel.INFOTEXTS,
                        infotexts -> assertThat((List<?>) infotexts)
                                .hasSize(2)
                                .first()
                                .asString()
                                .contains("a red star", "Steps: 4", "Seed: 8", "Hires upscale: 1.5"))
                .containsEntry(
                        HyperSdImageModel.WARNINGS, List.of("the negative prompt has no effect: guidance is off"));
    }

    @Test
    void anEditStartsFromThePicture() {
        Image star = model.generate("a red star").content();
        dev.hypersd.image.Image edited = decoded(model.edit(star, "a blue star").content());
        GenerationOptions same = GenerationOptions.of("a blue star").toBuilder()
                .image(PictureSource.of(decoded(star)))
                .steps(2)
                .seed(7)
                .build();
        assertThat(edited)
                .isEqualTo(decoded(model.generate(same).content().getFirst()))
                .isNotEqualTo(decoded(star));
    }

    @Test
    void anEditWithAMaskKeepsWhatIsOpaqueInTheMask() throws IOException {
        Image star = model.generate("a red star").content();
        dev.hypersd.image.Image before = decoded(star);
        dev.hypersd.image.Image after =
                decoded(model.edit(star, leftHalfTransparent(), "a blue star").content());
        assertThat(difference(before, after, SIZE * 3 / 4))
                .as("levels on average; what is kept passes through the autoencoder")
                .isLessThan(4);
        assertThat(difference(before, after, 0)).isGreaterThan(8);
    }

    @Test
    void aPictureMayBeADataUrlOrAFile(@TempDir Path folder) throws IOException {
        Image star = model.generate("a red star").content();
        Path file = Files.write(folder.resolve("star.png"), bytes(star));
        Image expected = model.edit(star, "a blue star").content();
        assertThat(model.edit(Image.builder().url(file.toUri()).build(), "a blue star")
                        .content())
                .isEqualTo(expected);
        Image url = Image.builder()
                .url("data:image/png;base64," + star.base64Data())
                .build();
        assertThat(model.edit(url, "a blue star").content()).isEqualTo(expected);
    }

    @Test
    void nothingIsFetchedFromANetwork() {
        Image far = Image.builder().url("https://example.org/star.png").build();
        assertThatThrownBy(() -> model.edit(far, "a blue star"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the image is at https://example.org/star.png, and nothing is fetched here: give its "
                        + "content in Base64, or a file: address");
    }

    @Test
    void whatIsNoPictureIsRefused() {
        Image text = Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(new byte[100]))
                .build();
        assertThatThrownBy(() -> model.edit(text, "a star")).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> model.edit(Image.builder().base64Data("?").build(), "a star"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the image is not in Base64");
        assertThatThrownBy(() -> model.edit(
                        model.generate("a star").content(), Image.builder().build(), "a star"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the mask is empty: give it Base64 data, or an address");
    }

    @Test
    void aRequestThatCannotBeCarriedOutIsRefused() {
        assertThatThrownBy(() -> model.generate("a star", 0))
                .isInstanceOf(InvalidRequestException.class)
                .hasCauseInstanceOf(dev.hypersd.error.InvalidRequestException.class);
        assertThatThrownBy(() -> HyperSdImageModel.builder()
                        .lora("a:b:c.safetensors")
                        .build()
                        .generate("a star"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not found; name the file of the LoRA");
    }

    @Test
    void aModelThatDoesNotExistIsNotFound() {
        assertThatThrownBy(() ->
                        HyperSdImageModel.builder().model(Path.of("nowhere")).build())
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("nowhere: not found");
    }

    @Test
    void aModelThatCannotBeReadIsNotFound(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{}");
        try (HyperSdImageModel broken =
                HyperSdImageModel.builder().model(folder).build()) {
            assertThatThrownBy(() -> broken.generate("a star")).isInstanceOf(ModelNotFoundException.class);
        }
    }

    @Test
    void aClosedModelFailsForGood() {
        HyperSdImageModel closed = HyperSdImageModel.builder().build();
        closed.close();
        assertThatThrownBy(() -> closed.generate("a star"))
                .isInstanceOf(NonRetriableException.class)
                .isInstanceOf(LangChain4jException.class)
                .hasMessage("this model is closed: open it again to draw with it");
    }

    private static byte[] bytes(Image picture) {
        return Base64.getDecoder().decode(picture.base64Data());
    }

    private static dev.hypersd.image.Image decoded(Image picture) {
        return dev.hypersd.image.Image.decode(Path.of("picture"), bytes(picture));
    }

    /** The mean difference of two pictures in a quarter of their columns. */
    private static double difference(dev.hypersd.image.Image one, dev.hypersd.image.Image other, int left) {
        byte[] first = one.crop(left, 0, SIZE / 4, SIZE).rgb();
        byte[] second = other.crop(left, 0, SIZE / 4, SIZE).rgb();
        return IntStream.range(0, first.length)
                .map(i -> Math.abs((first[i] & 0xFF) - (second[i] & 0xFF)))
                .average()
                .orElseThrow();
    }

    private static Image leftHalfTransparent() throws IOException {
        BufferedImage mask = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_ARGB);
        int[] opaque = new int[SIZE / 2 * SIZE];
        Arrays.fill(opaque, 0xFF000000);
        mask.setRGB(SIZE / 2, 0, SIZE / 2, SIZE, opaque, 0, SIZE / 2);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", png);
        return Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(png.toByteArray()))
                .build();
    }
}
