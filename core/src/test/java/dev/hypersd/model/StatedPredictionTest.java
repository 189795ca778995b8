package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.schedule.ScheduleSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The prediction type of a U-Net is read from its file, or is that with which the model was published. */
class StatedPredictionTest {
    private static final Path SDXL = ReferenceCase.root().resolve("pipelines/models/sdxl");

    @TempDir
    Path folder;

    @Test
    void emptyTensorsStateTheSchedule() {
        ScheduleSettings settings = settings(sdxl(Map.of(), "v_pred", "ztsnr"), LoadOptions.DEFAULT);
        assertThat(settings.prediction()).isEqualTo(PredictionType.V_PREDICTION);
        assertThat(settings.zeroTerminalSnr()).isTrue();
        assertThat(settings(sdxl(Map.of()), LoadOptions.DEFAULT)).isEqualTo(ScheduleSettings.STABLE_DIFFUSION);
    }

    @Test
    void metadataStateThePredictionTypeAndTheOptionOverridesIt() {
        Path file = sdxl(Map.of("modelspec.prediction_type", "v"));
        assertThat(settings(file, LoadOptions.DEFAULT).prediction()).isEqualTo(PredictionType.V_PREDICTION);
        LoadOptions sample = LoadOptions.DEFAULT.withPrediction(PredictionType.SAMPLE);
        assertThat(settings(file, sample).prediction()).isEqualTo(PredictionType.SAMPLE);
        Path odd = sdxl(Map.of("modelspec.prediction_type", "flow"));
        assertThatThrownBy(() -> settings(odd, LoadOptions.DEFAULT))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("\"flow\"; epsilon, v and sample");
        assertThatThrownBy(() -> settings(sdxl(Map.of(), "edm_vpred.sigma_max"), LoadOptions.DEFAULT))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("noise levels of EDM");
    }

    @Test
    void thePredictionTypeOfSd2IsDetectedFromItsWeightsIfTheFileDoesNotStateIt() {
        Map<String, long[]> tensors =
                SparseCheckpoint.tensors(ModelTemplate.SD2, folder, "unet", "vae", "text_encoder");
        Path file = folder.resolve("sd2.safetensors");
        SparseCheckpoint.write(file, tensors, Map.of());
        OpenedModel noise = new ModelSource(file).open();
        assertThat(noise.schedule().prediction()).isEqualTo(PredictionType.EPSILON);
        assertThat(noise.nativeSize()).isEqualTo(512);
        Path stated = folder.resolve("sd2-v.safetensors");
        SparseCheckpoint.write(stated, tensors, Map.of("modelspec.prediction_type", "v"));
        OpenedModel velocity = new ModelSource(stated).open();
        assertThat(velocity.schedule().prediction()).isEqualTo(PredictionType.V_PREDICTION);
        assertThat(velocity.nativeSize()).isEqualTo(768);
    }

    @Test
    void conversionKeepsTheNoiseSchedule() {
        LoadOptions options = LoadOptions.DEFAULT.withPrediction(PredictionType.V_PREDICTION);
        Path file = folder.resolve("v.safetensors");
        convert(new ModelSource(SDXL, options), file);
        ModelSource source = new ModelSource(SDXL, LoadOptions.DEFAULT.withCheckpoint(file));
        assertThat(source.open().schedule().prediction()).isEqualTo(PredictionType.V_PREDICTION);
        Path directory = folder.resolve("v");
        convert(source, directory);
        assertThat(new ModelSource(directory).open().schedule().prediction()).isEqualTo(PredictionType.V_PREDICTION);
    }

    private static void convert(ModelSource source, Path out) {
        new ModelConversion(source.open(), Optional.empty()).write(List.of(), BlockWeights.EVEN, out);
    }

    private static ScheduleSettings settings(Path file, LoadOptions options) {
        return new ModelSource(file, options).open().schedule().settings();
    }

    private Path sdxl(Map<String, String> metadata, String... marks) {
        Map<String, long[]> tensors =
                SparseCheckpoint.tensors(ModelTemplate.SDXL, folder, "unet", "vae", "text_encoder", "text_encoder_2");
        for (String mark : marks) {
            tensors.put(mark, new long[] {0});
        }
        Path file = folder.resolve("sdxl" + metadata.hashCode() + marks.length + ".safetensors");
        SparseCheckpoint.write(file, tensors, metadata);
        return file;
    }
}
