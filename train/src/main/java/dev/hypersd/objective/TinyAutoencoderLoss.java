package dev.hypersd.objective;

import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.PerceptualDistance;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.AutoencoderObjective.ReconstructionErrors;
import dev.hypersd.objective.NetworkObjective.NetworkLoss;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.vae.AutoencoderKl;
import dev.hypersd.vae.AutoencoderTiny;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of distilling an autoencoder into a tiny one (TAESD; Boer Bohan, 2023) that replaces it in a pretrained
 * model: it encodes pictures to the teacher's latents, and decodes those latents to the pictures.
 */
public final class TinyAutoencoderLoss implements NetworkLoss<AutoencoderTiny, Image> {
    /**
     * The weights of the loss, and the folders of other networks.
     *
     * @param teacher the folder of the autoencoder that other networks were trained with
     * @param judge the folder of the attribute reader for the perceptual distance
     * @param latents the weight of the squared error of latents
     * @param squared the weight of the squared error of pixels, in addition to the absolute one
     * @param edges the weight of the differences between neighbouring pixels, which keeps outlines sharp
     * @param perceptual the weight of the perceptual distance
     */
    public record Settings(Path teacher, Path judge, double latents, double squared, double edges, double perceptual) {}

    private final Settings settings;
    private final AutoencoderKl teacher;
    private final PerceptualDistance distance;

    private TinyAutoencoderLoss(Settings settings, AutoencoderKl teacher, PerceptualDistance distance) {
        this.settings = settings;
        this.teacher = teacher;
        this.distance = distance;
    }

    /** Loads teacher and judge, which {@code arena} owns. */
    public static TinyAutoencoderLoss open(Settings settings, TensorArena arena) {
        return Engine.infer(() -> new TinyAutoencoderLoss(
                settings,
                ModelPart.in(settings.teacher())
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network(),
                new PerceptualDistance(ModelPart.in(JudgeFolder.trained(settings.judge()))
                        .load(AttributeReader.TYPE, Dtype.F32, arena)
                        .network()
                        .backbone())));
    }

    @Override
    public Losses of(AutoencoderTiny tiny, List<Image> batch) {
        Tensor pixels = ImageTensors.of(batch);
        Tensor latents = taught(pixels);
        Tensor encoded = tiny.encode(pixels, () -> latents); // it draws no noise and never asks
        Tensor decoded = tiny.decode(latents);
        Tensor error = decoded.sub(pixels);
        return Losses.of(
                new Term(
                        "latents",
                        settings.latents(),
                        encoded.sub(latents).square().mean()),
                new Term("absolute error", 1, error.abs().mean()),
                new Term("squared error", settings.squared(), error.square().mean()),
                new Term("edges", settings.edges(), ReconstructionErrors.edges(error)),
                new Term("perceptual", settings.perceptual(), distance.between(decoded, pixels)),
                new Term("psnr", 0, ReconstructionErrors.signalToNoise(error)));
    }

    private Tensor taught(Tensor pixels) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return TensorScope.scoped(
                    () -> teacher.scale(teacher.posterior(pixels).mode()));
        }
    }
}
