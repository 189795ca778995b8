package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.distillation.DistillationLoss.AuxiliaryLearner;
import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A discriminator with its own loss and the loss that it gives the student. Both sides of a comparison get independent
 * noise of the same strength: at low noise the network sees little of what pictures are made of.
 */
final class AdversarialLoss {
    private static final String NAME = "adversarial";
    private static final double GREATEST_WEIGHT = 10;
    private static final double TINY = 1e-12;

    /** Which discriminator. */
    enum Kind {
        /** {@link FeatureDiscriminator}. */
        FEATURES,
        /** {@link EncoderDiscriminator}. */
        ENCODER
    }

    /** What the student's predictions are compared with. */
    enum Real {
        /** The targets, which the teacher leads to: at the optimum there is no difference left. */
        TARGET,
        /** Latents of the data with as much noise (Kim et al., 2024). */
        DATA
    }

    /** The form of both losses. Logits are high for what the discriminator takes for real. */
    enum Form {
        /**
         * {@code relu(1 - logit)} for real ones: beyond a margin of 1 there is nothing more to gain (Lim and Ye, 2017).
         */
        HINGE {
            @Override
            Tensor loss(Tensor logits, int sign) {
                return scoped(() -> torch.relu(logits.mul(new Scalar(-sign)).add(new Scalar(1)))
                        .mean());
            }
        },
        /** {@code softplus(-logit)} for real ones, the non-saturating logistic loss (Goodfellow et al., 2014). */
        SOFTPLUS {
            @Override
            Tensor loss(Tensor logits, int sign) {
                return scoped(
                        () -> torch.softplus(logits.mul(new Scalar(-sign))).mean());
            }
        };

        /**
         * How wrong one head's logits are, a scalar.
         *
         * @param sign 1 for logits that should be high, -1 for those that should be low
         */
        abstract Tensor loss(Tensor logits, int sign);

        /** What the discriminator minimises, the mean over its heads. */
        Tensor discriminatorLoss(List<Tensor> real, List<Tensor> fake) {
            return mean(real, logits -> loss(logits, 1)).add(mean(fake, logits -> loss(logits, -1)));
        }

        /** What the student minimises. */
        Tensor generatorLoss(List<Tensor> fake) {
            return mean(fake, logits -> loss(logits, 1));
        }

        private static Tensor mean(List<Tensor> heads, UnaryOperator<Tensor> loss) {
            return heads.stream().map(loss).reduce(Tensor::add).orElseThrow().div(new Scalar(heads.size()));
        }
    }

    /**
     * The section {@code adversarial} of a recipe.
     *
     * @param weight the weight in the student's loss, unless there is a balance
     * @param balance the norm of the gradient by the prediction, as a multiple of that of the weighted distance; the
     *     weight follows from it at every step and is at most 10
     * @param heads on each feature map, of {@link Kind#FEATURES}
     * @param conditional for {@link Kind#ENCODER}: whether it also sees the start
     * @param optimiser the optimiser of the discriminator
     */
    record Settings(
            Kind kind,
            Form form,
            Real real,
            double weight,
            OptionalDouble balance,
            int heads,
            boolean conditional,
            OptimiserSettings optimiser) {
        /** Returns the section, where {@code parent} has it. */
        static Optional<Settings> read(Section parent, OptimiserSettings student) {
            if (!parent.has("adversarial")) {
                return Optional.empty();
            }
            Section section = parent.section("adversarial");
            Settings settings = new Settings(
                    section.one("discriminator", Kind.FEATURES),
                    section.one("loss", Form.HINGE),
                    section.one("real", Real.TARGET),
                    section.number("weight", 0.1, 0, 1e3),
                    section.has("balance")
                            ? OptionalDouble.of(section.number("balance", 1, 1e-6, 1e3))
                            : OptionalDouble.empty(),
                    section.count("heads", 1, 1),
                    section.flag("conditional", true),
                    student.at(section.number("learning_rate", 1e-4, 1e-12, 1))
                            .by(OptimiserSettings.Method.ADAMW)
                            .remembering(0, 0.99));
            if (settings.balance().isPresent() && section.has("weight")) {
                throw section.invalid(
                        "balance", "takes the place of the weight, and both are there; remove one of them");
            }
            section.refuseUnread();
            return Optional.of(settings);
        }
    }

    private final Settings settings;
    private final NoiseSchedule schedule;
    private final Discriminator discriminator;
    private final TrainableWeights weights;

    AdversarialLoss(Student student, PretrainedModel pretrained, Settings settings) {
        this.settings = settings;
        this.schedule = student.schedule();
        this.discriminator = Engine.infer(() -> discriminator(student, pretrained));
        // A discriminator is not kept in the end, so there is no average of it.
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

    /**
     * Returns the student's term: its predictions are to be taken for real. The discriminator does not learn from it.
     */
    Term generatorTerm(Target target, Tensor prediction, Batch batch, RandomSource random) {
        return new Term(NAME, settings.weight(), generatorLoss(target, prediction, batch, random));
    }

    /**
     * Returns the same, with the weight that gives its gradient the size which the settings ask for.
     *
     * @param distance the distance of the predictions, with its weight
     */
    Term generatorTerm(Target target, Tensor prediction, Batch batch, RandomSource random, Tensor distance) {
        if (settings.balance().isEmpty()) {
            return generatorTerm(target, prediction, batch, random);
        }
        Tensor loss = generatorLoss(target, prediction, batch, random);
        return new Term(NAME, weight(settings.balance().getAsDouble(), loss, distance, prediction), loss);
    }

    /**
     * Returns the weight that makes the gradient of {@code loss} by the prediction {@code balance} times as long as
     * that of {@code distance}, at most {@value #GREATEST_WEIGHT}.
     */
    static double weight(double balance, Tensor loss, Tensor distance, Tensor prediction) {
        double ratio = gradientNorm(distance, prediction) / Math.max(gradientNorm(loss, prediction), TINY);
        return Math.min(balance * ratio, GREATEST_WEIGHT);
    }

    /** Returns the norm of the gradient of {@code loss} by {@code prediction}. */
    private static double gradientNorm(Tensor loss, Tensor prediction) {
        return TensorScope.released(() -> torch.grad(
                        new TensorVector(loss),
                        new TensorVector(prediction),
                        new TensorVector(),
                        new BoolOptional(true),
                        false,
                        false)
                .get(0)
                .norm()
                .item_double());
    }

    private Tensor generatorLoss(Target target, Tensor prediction, Batch batch, RandomSource random) {
        int[] timesteps = timesteps(target, random);
        List<Tensor> logits = weights.frozen().during(() -> logits(prediction, target, timesteps, batch, random));
        return settings.form().generatorLoss(logits);
    }

    /** Returns the discriminator's loss; its weights are switched on. */
    Losses discriminatorLoss(Target target, Tensor prediction, Batch batch, RandomSource random) {
        int[] timesteps = timesteps(target, random);
        Tensor real = switch (settings.real()) {
            case TARGET -> target.latents();
            case DATA -> schedule.addNoise(batch.latents(), random.normal(Tensors.shape(prediction)), target.to());
        };
        List<Tensor> realLogits = logits(real, target, timesteps, batch, random);
        List<Tensor> fakeLogits = logits(prediction, target, timesteps, batch, random);
        return Losses.of(NAME, settings.form().discriminatorLoss(realLogits, fakeLogits));
    }

    /** Returns the discriminator as a learner. */
    AuxiliaryLearner learner(BiFunction<Batch, RandomSource, Losses> loss) {
        return new AuxiliaryLearner("discriminator", weights, settings.optimiser(), 1, loss);
    }

    /**
     * Returns the timesteps of the noise in which both sides are compared: anything from the target's to the end of the
     * segment.
     */
    private static int[] timesteps(Target target, RandomSource random) {
        int[] timesteps = new int[target.to().length];
        Arrays.setAll(
                timesteps, i -> target.to()[i] + (int) (random.uniform() * (target.end()[i] + 1 - target.to()[i])));
        return timesteps;
    }

    private List<Tensor> logits(Tensor latents, Target target, int[] timesteps, Batch batch, RandomSource random) {
        Tensor noisy = schedule.renoise(latents, random.normal(Tensors.shape(latents)), target.to(), timesteps);
        return discriminator.logits(noisy, timesteps, target, batch.text());
    }
}
