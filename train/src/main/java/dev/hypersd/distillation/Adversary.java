package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.Finished;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Draw;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Loss;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.TrainableWeights;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A discriminator in its two turns. Both sides get noise of their own, of the same strength: at low noise the network sees little of what pictures
 * are made of.
 */
public final class Adversary {
    /** Which discriminator. */
    public enum Kind {
        /** {@link FeatureDiscriminator}. */
        FEATURES,
        /** {@link EncoderDiscriminator}. */
        ENCODER
    }

    /**
     * @param weight in the student's loss
     * @param heads on each feature map, of {@link Kind#FEATURES}
     * @param conditional of {@link Kind#ENCODER}: whether it is shown the start
     * @param optimiser of the discriminator
     */
    public record Settings(
            Kind kind,
            AdversarialLoss loss,
            double weight,
            int heads,
            boolean conditional,
            OptimiserSettings optimiser) {}

    private final Settings settings;
    private final NoiseSchedule schedule;
    private final Discriminator discriminator;
    private final TrainableWeights weights;

    Adversary(Student student, Finished finished, Settings settings) {
        this.settings = settings;
        this.schedule = student.denoiser().schedule();
        this.discriminator = Engine.infer(() -> discriminator(student, finished));
        // What judges need not be steady as what is kept: there is no average.
        this.weights =
                Engine.call(() -> new TrainableWeights(discriminator.tuning(), 0, student.seed(), student.arena()));
    }

    private Discriminator discriminator(Student student, Finished finished) {
        var unet = finished.model().unet();
        var network = unet.network();
        long[] shape = finished.samples().shape();
        int levels = network.config().levels().size();
        return switch (settings.kind()) {
            case FEATURES -> new FeatureDiscriminator(network, settings.heads(), student.seed(), student.arena());
            case ENCODER ->
                new EncoderDiscriminator(
                        network.encoder(),
                        unet.parameters(),
                        network.config().levels().getLast().channels(),
                        Math.min(shape[1], shape[2]) >> (levels - 1),
                        settings.conditional(),
                        student.seed(),
                        student.arena());
        };
    }

    /** The student's term: that its arrivals are taken for the teacher's. The discriminator does not learn from it. */
    Term term(Lesson lesson, Tensor arrived, Batch batch, Draw draw) {
        int[] at = levels(lesson, draw);
        List<Tensor> logits = weights.frozen().during(() -> logits(arrived, lesson, at, batch, draw));
        return new Term("adversarial", settings.weight(), settings.loss().deceiving(logits));
    }

    /** The discriminator's loss; its weights are switched on. */
    Losses losses(Lesson lesson, Tensor arrived, Batch batch, Draw draw) {
        int[] at = levels(lesson, draw);
        List<Tensor> real = logits(lesson.target(), lesson, at, batch, draw);
        List<Tensor> fake = logits(arrived, lesson, at, batch, draw);
        return Losses.of("telling", settings.loss().telling(real, fake));
    }

    Learner<LatentSample> learner(Loss<LatentSample> loss) {
        return new Learner<>("discriminator", weights, settings.optimiser(), loss);
    }

    /** How noisy what is told apart shall be: anything between arrival and the end of the segment. */
    private static int[] levels(Lesson lesson, Draw draw) {
        int[] at = new int[lesson.to().length];
        Arrays.setAll(at, i -> lesson.to()[i] + (int) (draw.uniform() * (lesson.end()[i] + 1 - lesson.to()[i])));
        return at;
    }

    private List<Tensor> logits(Tensor latents, Lesson lesson, int[] at, Batch batch, Draw draw) {
        Tensor noisy = schedule.renoise(latents, draw.normal(Tensors.shape(latents)), lesson.to(), at);
        return discriminator.logits(noisy, at, lesson, batch.text());
    }
}
