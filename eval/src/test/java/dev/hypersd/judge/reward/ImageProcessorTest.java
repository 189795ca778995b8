package dev.hypersd.judge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ImageProcessorTest {
    @ParameterizedTest
    @ValueSource(strings = {"clip_score", "pick_score", "aesthetic"})
    void picturesAreCutAsByTheReferenceUpToOneGreyLevel(String name) {
        Path folder = Path.of(System.getProperty("hypersd.reference"), "scorers", name);
        JsonNode images = Json.MAPPER.readTree(folder.resolve("case.json")).get("images");
        Engine.infer(() -> {
            try (SafetensorsFile tensors = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
                Tensor expected = tensors.find("expected.pixel_values_uint8")
                        .orElseThrow()
                        .load();
                for (int i = 0; i < images.size(); i++) {
                    Image image = Image.read(folder.resolve(images.get(i).asString()));
                    byte[] middle = ImageProcessor.clip(224).framed(image).rgb();
                    long[] want = Tensors.toLongs(
                            expected.select(0, i).permute(1, 2, 0).to(Dtype.I64.scalarType()));
                    int worst = 0;
                    for (int k = 0; k < want.length; k++) {
                        worst = Math.max(worst, (int) Math.abs((middle[k] & 255) - want[k]));
                    }
                    assertThat(worst).as("%s of %s", images.get(i), name).isLessThanOrEqualTo(1);
                }
            }
            return 0;
        });
    }

    @Test
    void thePictureOfTheRightSizeStaysAsItIs() {
        Image image = new Image(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThat(ImageProcessor.clip(2).framed(image)).isSameAs(image);
    }

    @Test
    void anOddMarginIsCroppedAsEachLibraryRoundsIt() {
        // 4x7: three rows too many.
        byte[] rgb = new byte[3 * 4 * 7];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 12);
        }
        Image rows = new Image(4, 7, rgb);
        assertThat(ImageProcessor.clip(4, Framing.CENTRE_CROP).framed(rows).rgb()[0])
                .isEqualTo((byte) 1);
        assertThat(ImageProcessor.clip(4, Framing.ROUNDED_CENTRE_CROP)
                        .framed(rows)
                        .rgb()[0])
                .isEqualTo((byte) 2);
    }

    @ParameterizedTest
    @CsvSource({"1, 201", "300000, 1"})
    void aPictureThatWouldBecomeHugeWhenItsShorterSideIsResizedIsRefused(int width, int height) {
        Image line = new Image(width, height, new byte[3 * width * height]);
        assertThatThrownBy(() -> ImageProcessor.clip(224).framed(line))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a picture of %dx%d is too narrow to be judged: one side may be at most 200 times the other"
                        .formatted(width, height));
        assertThat(ImageProcessor.clip(2, Framing.PADDING).framed(line).width()).isEqualTo(2);
    }

    @Test
    void aPaddedPictureIsCompleteWithBlackOnBothSides() {
        byte[] rgb = new byte[3 * 4 * 2];
        Arrays.fill(rgb, (byte) 200);
        Image padded = ImageProcessor.clip(4, Framing.PADDING).framed(new Image(4, 2, rgb));
        assertThat(padded.rgb()).startsWith(new byte[12]).endsWith(new byte[12]).containsSequence(rgb);
    }

    @Test
    void aPictureThatLacksOneRowIsPaddedBelow() {
        byte[] rgb = new byte[3 * 4 * 3];
        Arrays.fill(rgb, (byte) 200);
        Image padded = ImageProcessor.clip(4, Framing.PADDING).framed(new Image(4, 3, rgb));
        assertThat(padded.rgb()).startsWith(rgb).endsWith(new byte[12]);
    }

    @Test
    void theMiddleSquareIsCutBeforeResizing() {
        byte[] rgb = new byte[3 * 6 * 2];
        Arrays.fill(rgb, 3 * 2, 3 * 4, (byte) 90);
        Arrays.fill(rgb, 3 * 8, 3 * 10, (byte) 90);
        Image square = ImageProcessor.clip(4, Framing.MIDDLE_SQUARE).framed(new Image(6, 2, rgb));
        byte[] grey = new byte[3 * 4 * 4];
        Arrays.fill(grey, (byte) 90);
        assertThat(square.rgb()).isEqualTo(grey);
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void picturesGivenAsTensorsArePreparedInTheSameWay(Framing framing) {
        Image image =
                Image.read(Path.of(System.getProperty("hypersd.reference"), "scorers", "clip_score", "image0.png"));
        ImageProcessor processor = ImageProcessor.clip(56, framing);
        Engine.infer(() -> {
            Tensor asImage = processor.of(List.of(image.crop(0, 0, image.width() - 3, image.height() / 2 + 1)));
            Tensor asTensor =
                    processor.of(ImageTensors.of(image.crop(0, 0, image.width() - 3, image.height() / 2 + 1)));
            // Tensors are neither rounded to grey levels nor clipped where the filter overshoots at edges, which are
            // few:
            // on average less than a grey level, in units of the deviation of CLIP's pictures.
            assertThat(asImage.sub(asTensor).abs().mean().item_double()).isLessThan(1 / 255.0 / 0.28);
            return 0;
        });
    }

    @Test
    void settingsOfTransformersAreReadInEitherForm() {
        ImageProcessor usual = ImageProcessor.clip(224);
        assertThat(read("{\"size\": {\"shortest_edge\": 224}, \"crop_size\": {\"height\": 224, \"width\": 224}}"))
                .isEqualTo(usual);
        assertThat(read("{\"size\": 224, \"crop_size\": 224, \"resample\": 3}")).isEqualTo(usual);
        ImageProcessor other =
                read("{\"size\": 256, \"resample\": 1, \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [1, 1, 1]}");
        assertThat(other)
                .isEqualTo(new ImageProcessor(
                        256,
                        224,
                        Framing.CENTRE_CROP,
                        Resampling.LANCZOS,
                        List.of(0.5, 0.5, 0.5),
                        List.of(1.0, 1.0, 1.0)));
        assertThat(other.description()).isEqualTo("shorter side to 256, centre crop of 224, Lanczos");
    }

    @Test
    void settingsThatDoNotFitTheNetworkOrAreNotKnownAreRefused() {
        assertRefused("{\"crop_size\": 336}", "crop_size is 336, but the network takes pictures of 224");
        assertRefused("{\"size\": 200}", "size is 200, but the network takes pictures of 224");
        assertRefused("{\"resample\": 2}", "resample is 2; 3 (bicubic) and 1 (Lanczos) are supported");
        assertRefused("{\"do_center_crop\": false}", "do_center_crop is false; only true is supported");
        assertRefused("{\"image_mean\": [0.5]}", "image_mean has 1 numbers; red, green and blue need 3");
        assertRefused(
                "{\"image_std\": [0.3, 0, 0.3]}",
                "image_std is [0.3, 0.0, 0.3]; pictures are divided by it, so it must be above 0");
        assertRefused(
                "{\"image_std\": [0.3, -1, 0.3]}",
                "image_std is [0.3, -1.0, 0.3]; pictures are divided by it, " + "so it must be above 0");
        assertRefused("{\"size\": 2000000000}", "size is 2000000000, more than 4 times the 224 that the network sees");
        assertRefused("{\"size\": -224}", "size must be a positive number, not -224");
        assertRefused("{\"crop_size\": 0}", "crop_size must be a positive number, not 0");
    }

    private static void assertRefused(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("preprocessor_config.json: " + message);
    }

    private static ImageProcessor read(String json) {
        return ImageProcessor.read(
                Json.parse(Path.of("preprocessor_config.json"), json.getBytes(StandardCharsets.UTF_8)), 224);
    }
}
