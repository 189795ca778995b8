package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.request.Control;
import dev.hypersd.request.HiresPass;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.Original;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever gives other pictures has another fingerprint, and the same contents under another name have the same. */
class PictureFingerprintTest {
    @TempDir
    private Path folder;

    private ModelSource model;
    private Path lora;

    @BeforeEach
    void files() throws IOException {
        Path weights = Files.createDirectories(folder.resolve("model/unet")).resolve("w.safetensors");
        Files.writeString(weights, "weights");
        model = new ModelSource(folder.resolve("model"), LoadOptions.DEFAULT);
        lora = Files.writeString(folder.resolve("lora.safetensors"), "first");
    }

    @Test
    void theFingerprintCoversEverythingInARequest() {
        Image picture = new Image(8, 8, new byte[192]);
        byte[] other = new byte[192];
        other[0] = 1;
        ImageRequest plain = ImageRequest.of("a").build();
        List<ImageRequest> requests = List.of(
                plain,
                ImageRequest.of("b").build(),
                plain.toBuilder().seed(1).build(),
                plain.toBuilder().steps(5).build(),
                plain.toBuilder().prediction(PredictionType.SAMPLE).build(),
                plain.toBuilder().hires(new HiresPass(2, 0.5)).build(),
                plain.toBuilder().lora(lora, 1).build(),
                plain.toBuilder().lora(lora, 0.5).build(),
                plain.toBuilder().word(new LearnedWord("w", lora)).build(),
                plain.toBuilder().control(Control.of(lora, picture)).build(),
                plain.toBuilder().original(Original.of(picture)).build(),
                plain.toBuilder().original(Original.of(new Image(8, 8, other))).build(),
                plain.toBuilder().original(Original.masked(picture, picture)).build());
        assertThat(requests.stream().map(request -> PictureFingerprint.of(model, request)))
                .doesNotHaveDuplicates()
                .allMatch(digits -> digits.matches("[0-9a-f]{32}"));
    }

    @Test
    void theFingerprintCoversTheContentsOfFilesAndNotTheirNames() throws IOException {
        String before = withLora(lora);
        assertThat(withLora(Files.copy(lora, folder.resolve("copy.safetensors"))))
                .isEqualTo(before);
        Files.writeString(lora, "other");
        Files.setLastModifiedTime(lora, FileTime.fromMillis(1_000_000));
        assertThat(withLora(lora)).isNotEqualTo(before);
    }

    @Test
    void theFingerprintCoversTheModelsFilesAndPlacement() throws IOException {
        String before = PictureFingerprint.of(model);
        Files.writeString(folder.resolve("model/README.md"), "nothing that draws");
        assertThat(PictureFingerprint.of(model)).isEqualTo(before);
        assertThat(PictureFingerprint.of(new ModelSource(model.location(), LoadOptions.DEFAULT.withDtype(Dtype.BF16))))
                .isNotEqualTo(before);
        Files.writeString(folder.resolve("model/unet/config.json"), "{}");
        assertThat(PictureFingerprint.of(model)).isNotEqualTo(before);
    }

    /** Models whose folders are links must not share what is kept of their pictures. */
    @Test
    void theFingerprintCoversFilesBehindLinks() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other/unet"));
        Files.writeString(other.resolve("w.safetensors"), "others");
        Path first = Files.createSymbolicLink(folder.resolve("first"), model.location());
        Path second = Files.createSymbolicLink(folder.resolve("second"), other.getParent());
        Path parts = Files.createDirectory(folder.resolve("parts"));
        Files.createSymbolicLink(parts.resolve("unet"), other);
        assertThat(PictureFingerprint.of(new ModelSource(first))).isEqualTo(PictureFingerprint.of(model));
        assertThat(PictureFingerprint.of(new ModelSource(second))).isNotEqualTo(PictureFingerprint.of(model));
        assertThat(PictureFingerprint.of(new ModelSource(parts)))
                .isEqualTo(PictureFingerprint.of(new ModelSource(second)));
    }

    private String withLora(Path file) {
        return PictureFingerprint.of(model, ImageRequest.of("a").lora(file, 1).build());
    }
}
