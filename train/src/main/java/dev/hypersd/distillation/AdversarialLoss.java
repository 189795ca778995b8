package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Loss;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
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
public final class AdversarialLoss {
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
            LogitLoss loss,
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

    AdversarialLoss(Student student, PretrainedModel pretrained, Settings settings) {
        this.settings = settings;
        this.schedule = student.denoiser().schedule();
        this.discriminator = Engine.infer(() -> discriminator(student, pretrained));
        // What judges need not be steady as what is kept: there is no average.
        this.weights =
                Engine.call(() -> new TrainableWeights(discriminator.tuning(), 0, student.seed(), student.arena()));
    }

    private Discriminator discriminator(Student student, PretrainedModel pretrained) {
        var unet = pretrained.model().unet();
        var network = unet.network();
        long[] shape = pretrained.samples().shape();
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
    Term term(Target target, Tensor arrived, Batch batch, RandomSource random) {
        Tensor generatorLoss = generatorLoss(target, arrived, batch, random);
        return new Term(NAME, settings.weight(), generatorLoss);
    }

    /**
     * The same with a weight that makes its gradient so strong as the settings say, beside that of {@code distance}.
     *
     * @param distance of the arrivals, with its weight
     */
    Term term(Target target, Tensor arrived, Batch batch, RandomSource random, Tensor distance) {
        if (settings.balance().isEmpty()) {
            return term(target, arrived, batch, random);
        }
        Tensor generatorLoss = generatorLoss(target, arrived, batch, random);
        double ratio = slope(distance, arrived) / Math.max(slope(generatorLoss, arrived), TINY);
        return new Term(NAME, Math.min(settings.balance().getAsDouble() * ratio, GREATEST_WEIGHT), generatorLoss);
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

    private Tensor generatorLoss(Target target, Tensor arrived, Batch batch, RandomSource random) {
        int[] at = levels(target, random);
        List<Tensor> logits = weights.frozen().during(() -> logits(arrived, target, at, batch, random));
        return settings.loss().generatorLoss(logits);
    }

    /** The discriminator's loss; its weights are switched on. */
    Losses losses(Target target, Tensor arrived, Batch batch, RandomSource random) {
        int[] at = levels(target, random);
        Tensor shown = switch (settings.real()) {
            case TARGET -> target.target();
            case DATA -> schedule.addNoise(batch.latents(), random.normal(Tensors.shape(arrived)), target.to());
        };
        List<Tensor> real = logits(shown, target, at, batch, random);
        List<Tensor> fake = logits(arrived, target, at, batch, random);
        return Losses.of("adversarial", settings.loss().discriminatorLoss(real, fake));
    }

    Learner<LatentSample> learner(Loss<LatentSample> loss) {
        return new Learner<>("discriminator", weights, settings.optimiser(), loss);
    }

    /** How noisy what is told apart shall be: anything between arrival and the end of the segment. */
    private static int[] levels(Target target, RandomSource random) {
        int[] at = new int[target.to().length];
        Arrays.setAll(at, i -> target.to()[i] + (int) (random.uniform() * (target.end()[i] + 1 - target.to()[i])));
        return at;
    }

    private List<Tensor> logits(Tensor latents, Target target, int[] at, Batch batch, RandomSource random) {
        Tensor noisy = schedule.renoise(latents, random.normal(Tensors.shape(latents)), target.to(), at);
        return discriminator.logits(noisy, at, target, batch.text());
    }
}
