package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.judge.detection.SegmentationLosses;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.scene.Sample;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Perceptual feedback (Ren et al., 2024, equation 14): pictures whose objects are known get noise, so much that their layout stays, and what the
 * student makes of them is to show a segmenter the same objects.
 */
public final class MaskLoss implements StudentLoss {
    /**
     * @param weight in the student's loss
     * @param greatest highest noise, as a timestep
     */
    public record Settings(double weight, int greatest) {}

    private final Student student;
    private final Autoencoder autoencoder;
    private final Segmenter segmenter;
    private final Dataset<LatentSample> samples;
    private final Dataset<Sample> truth;
    private final Settings settings;

    /**
     * @param samples that are learned from
     * @param truth what they show, in the same order
     */
    MaskLoss(
            Student student,
            Autoencoder autoencoder,
            Segmenter segmenter,
            Dataset<LatentSample> samples,
            Dataset<Sample> truth,
            Settings settings) {
        this.student = student;
        this.autoencoder = autoencoder;
        this.segmenter = segmenter;
        this.samples = samples;
        this.truth = truth;
        this.settings = settings;
    }

    /** The terms of as many pictures as {@code batch} has, chosen anew: of those in it nobody knows what they show. */
    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        int[] numbers = random.integers((int) samples.size(), batch.size());
        Batch known =
                student.batch(Arrays.stream(numbers).mapToObj(samples::get).toList(), random);
        int[] at = random.integers(settings.greatest() + 1, known.size());
        NoiseSchedule schedule = student.denoiser().schedule();
        Tensor noisy = schedule.addNoise(known.latents(), random.normal(Tensors.shape(known.latents())), at);
        Tensor pixels = autoencoder.decode(student.denoiser().clean(noisy, at, known.text()));
        SegmentationLosses losses = SegmentationLosses.of(
                segmenter, pixels, Arrays.stream(numbers).mapToObj(truth::get).toList());
        return List.of(
                new Term("category", settings.weight(), losses.category()),
                new Term("mask", settings.weight() * SegmentationLosses.MASK_WEIGHT, losses.mask()));
    }

    @Override
    public List<Learner<LatentSample>> auxiliaryLearners() {
        return List.of();
    }
}
