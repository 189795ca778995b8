package dev.hypersd.objective;

import dev.hypersd.model.ModelFiles;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A latent diffusion model in training: its trained parameters, the encoding of captions, and the files of the result.
 */
public sealed interface TunedModel permits BaseModel, FullUNet, TrainedLora, TrainedWord {
    /**
     * Creates the model in training from a pretrained one.
     *
     * @param arena owns what the change needs in addition to the model
     * @throws dev.hypersd.error.InvalidFileException if a LoRA that the change uses does not fit
     */
    static TunedModel of(FineTuning change, ModelFiles files, PretrainedModel pretrained, TensorArena arena) {
        return switch (change) {
            case FineTuning.Lora lora -> TrainedLora.of(lora, files, pretrained, arena);
            case FineTuning.Word word -> new TrainedWord(word, pretrained);
            case FineTuning.Full full -> new FullUNet(files, pretrained, full.trainable());
        };
    }

    /** Returns the name in logs and checkpoints. */
    String name();

    /** Returns the model without its text encoders. */
    LatentDiffusion model();

    Tuning tuning();

    /**
     * Returns the conditioning of captions.
     *
     * @param captions token ids, all of one length
     * @param framings those of their pictures
     */
    Conditioning conditioning(List<long[]> captions, List<Framing> framings);

    /**
     * Writes the result.
     *
     * @param folder the folder, which exists
     * @param averaged the trained tensors by the names of {@link #tuning}
     */
    void publish(Path folder, Map<String, Tensor> averaged);
}
