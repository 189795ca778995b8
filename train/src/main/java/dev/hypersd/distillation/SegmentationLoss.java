package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.SegmentationLosses;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.LatentTask;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * Perceptual feedback (Ren et al., 2024, equation 14): pictures whose objects are known get so little noise that their
 * layout stays, the student denoises them, and a segmenter has to find the same objects.
 */
final class SegmentationLoss implements DistillationLoss {
    /**
     * The section {@code feedback.segmentation} of a recipe.
     *
     * @param judges the folder with the segmenter
     * @param scenes the scenes of the training pictures, in the same order
     * @param weight the weight in the student's loss
     * @param greatest the highest timestep of the noise; if empty, half of all timesteps
     */
    record Settings(
            JudgeFolder judges,
            FeedbackLoss.Decoder decoder,
            Dataset<Sample> scenes,
            double weight,
            OptionalInt greatest)
            implements DistillationLoss.Settings {
        static Settings read(
                Section section, JudgeFolder judges, FeedbackLoss.Decoder decoder, Optional<Dataset<Sample>> scenes) {
            Settings settings = new Settings(
                    judges,
                    decoder,
                    scenes.orElseThrow(() -> section.invalid(
                            "weight", "needs pictures whose masks are known, which only data.scenes has")),
                    section.number("weight", 1, 1e-6, 1e3),
                    section.optionalCount("greatest_timestep", 0));
            section.refuseUnread();
            return settings;
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            int timesteps = student.schedule().trainTimesteps();
            int highest = greatest.orElse(timesteps / 2 - 1);
            if (highest >= timesteps) {
                throw new InvalidRequestException(
                        "distillation.feedback.segmentation.greatest_timestep is %d, the model's last timestep is %d"
                                .formatted(highest, timesteps - 1));
            }
            Segmenter segmenter = judges.segmentation(student.arena());
            return new SegmentationLoss(
                    this, student, pretrained.task(), decoder.open(student, pretrained), segmenter, highest);
        }
    }

    private final Settings settings;
    private final Student student;
    private final LatentTask task;
    private final Autoencoder autoencoder;
    private final Segmenter segmenter;
    private final int greatest;

    private SegmentationLoss(
            Settings settings,
            Student student,
            LatentTask task,
            Autoencoder autoencoder,
            Segmenter segmenter,
            int greatest) {
        this.settings = settings;
        this.student = student;
        this.task = task;
        this.autoencoder = autoencoder;
        this.segmenter = segmenter;
        this.greatest = greatest;
    }

    @Override
    public Task task() {
        return Task.DRAWING;
    }

    /**
     * Returns the terms for as many scenes as {@code batch} has samples. They are drawn here, because the objects in
     * the batch are not known.
     */
    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Dataset<LatentSample> samples = task.samples();
        int[] numbers = random.integers((int) samples.size(), batch.size());
        List<LatentSample> drawn = Arrays.stream(numbers).mapToObj(samples::get).toList();
        Batch known = Batch.of(task, drawn, batch.step(), random);
        int[] timesteps = random.integers(greatest + 1, known.size());
        Tensor noise = random.normal(Tensors.shape(known.latents()));
        Tensor noisy = student.schedule().addNoise(known.latents(), noise, timesteps);
        Tensor pixels = autoencoder.decode(student.predictor().clean(noisy, timesteps, known.text()));
        List<Sample> truth =
                Arrays.stream(numbers).mapToObj(settings.scenes()::get).toList();
        SegmentationLosses losses = SegmentationLosses.of(segmenter, pixels, truth);
        return List.of(
                new Term("category", settings.weight(), losses.category()),
                new Term("mask", settings.weight() * SegmentationLosses.MASK_WEIGHT, losses.mask()));
    }
}
