package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.Finished;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
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
import java.util.OptionalDouble;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

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

    /** What the student's arrivals are to be taken for. */
    public enum Real {
        /** Targets, which the teacher leads to: at the optimum there is nothing left to tell. */
        TARGET,
        /** Pictures of the data with as much noise (Kim et al., 2024). */
        DATA
    }

    /**
     * @param weight in the student's loss
     * @param balance how strong its gradient is beside that of the distance, whatever its scale; empty for the weight as it is
     * @param heads on each feature map, of {@link Kind#FEATURES}
     * @param conditional of {@link Kind#ENCODER}: whether it is shown the start
     * @param optimiser of the discriminator
     */
    public record Settings(
            Kind kind,
            AdversarialLoss loss,
            Real real,
            double weight,
            OptionalDouble balance,
            int heads,
            boolean conditional,
            OptimiserSettings optimiser) {}

    private static final String NAME = "adversarial";
    private static final double GREATEST_WEIGHT = 10;
    private static final double TINY = 1e-12;

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
        Tensor deceiving = deceiving(lesson, arrived, batch, draw);
        return new Term(NAME, settings.weight(), deceiving);
    }

    /**
     * The same with a weight that makes its gradient so strong as the settings say, beside that of {@code distance}.
     *
     * @param distance of the arrivals, with its weight
     */
    Term term(Lesson lesson, Tensor arrived, Batch batch, Draw draw, Tensor distance) {
        if (settings.balance().isEmpty()) {
            return term(lesson, arrived, batch, draw);
        }
        Tensor deceiving = deceiving(lesson, arrived, batch, draw);
        double ratio = slope(distance, arrived) / Math.max(slope(deceiving, arrived), TINY);
        return new Term(NAME, Math.min(settings.balance().getAsDouble() * ratio, GREATEST_WEIGHT), deceiving);
    }

    /** The norm of the gradient of {@code loss} by {@code arrived}. */
    private static double slope(Tensor loss, Tensor arrived) {
        return TensorScope.released(() -> torch.grad(
                        new TensorVector(loss),
                        new TensorVector(arrived),
                        new TensorVector(),
                        new BoolOptional(true),
                        false,
                        false)
                .get(0)
                .norm()
                .item_double());
    }

    private Tensor deceiving(Lesson lesson, Tensor arrived, Batch batch, Draw draw) {
        int[] at = levels(lesson, draw);
        List<Tensor> logits = weights.frozen().during(() -> logits(arrived, lesson, at, batch, draw));
        return settings.loss().deceiving(logits);
    }

    /** The discriminator's loss; its weights are switched on. */
    Losses losses(Lesson lesson, Tensor arrived, Batch batch, Draw draw) {
        int[] at = levels(lesson, draw);
        Tensor shown = switch (settings.real()) {
            case TARGET -> lesson.target();
            case DATA -> schedule.addNoise(batch.latents(), draw.normal(Tensors.shape(arrived)), lesson.to());
        };
        List<Tensor> real = logits(shown, lesson, at, batch, draw);
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
