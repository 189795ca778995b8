package dev.hypersd.objective;

import dev.hypersd.training.Tuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What of a latent diffusion model learns, what the U-Net is told of captions meanwhile, and what comes of it. */
sealed interface Trainee permits BaseModel, UNetInFull, UNetLora {
    /** For logs and checkpoints. */
    String name();

    /** All of the model but the text encoder. */
    LatentDiffusion model();

    Tuning tuning();

    /**
     * What the U-Net is told of captions, {@code [B, N, D]}.
     *
     * @param captions token ids, all of one length
     */
    Tensor textOf(List<long[]> captions);

    /**
     * Writes what came of it.
     *
     * @param folder which exists
     * @param averaged the learned tensors by the names of {@link #tuning}
     */
    void publish(Path folder, Map<String, Tensor> averaged);
}
