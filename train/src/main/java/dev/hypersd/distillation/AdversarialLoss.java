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
 * An adversarial loss: a discriminator with its own loss, and the loss that it gives the student. Both sides of a
 * comparison get independent noise of the same level, because at low noise the network's features say little about the
 * content of pictures.
 */
final class AdversarialLoss {
    private static final String NAME = "adversarial";
    private static final double GREATEST_WEIGHT = 10;
    private static final double TINY = 1e-12;

    /** The discriminators. */
    enum Kind {
        /** Heads on features of the frozen base network: {@link FeatureDiscriminator}. */
        FEATURES,
        /** A trained copy of the base network's encoder: {@link EncoderDiscriminator}. */
        ENCODER
    }

    /** The latents with which the student's predictions are compared. */
    enum Real {
        /** The targets, to which the teacher leads; at the optimum they do not differ from the predictions. */
        TARGET,
        /** Latents of the data with as much noise (Kim et al., 2024). */
        DATA
    }

    /** The forms of both losses. Logits are high for latents that the discriminator considers real. */
    enum Form {
        /**
         * The hinge loss {@code relu(1 - logit)} for real latents, which is zero beyond a margin of 1 (Lim and Ye,
         * 2017).
         */
        HINGE {
            @Override
            Tensor loss(Tensor logits, int sign) {
                return scoped(() -> torch.relu(logits.mul(new Scalar(-sign)).add(new Scalar(1)))
                        .mean());
            }
        },
        /** The non-saturating logistic loss {@code softplus(-logit)} for real latents (Goodfellow et al., 2014). */
        SOFTPLUS {
            @Override
            Tensor loss(Tensor logits, int sign) {
                return scoped(
                        () -> torch.softplus(logits.mul(new Scalar(-sign))).mean());
            }
        };

        /**
         * Returns the loss of one head's logits, a scalar.
         *
         * @param sign 1 for logits that should be high, -1 for those that should be low
         */
        abstract Tensor loss(Tensor logits, int sign);

        /** Returns the discriminator's loss, the mean over its heads. */
        Tensor discriminatorLoss(List<Tensor> real, List<Tensor> fake) {
            return mean(real, logits -> loss(logits, 1)).add(mean(fake, logits -> loss(logits, -1)));
        }

        /** Returns the student's loss, the mean over the discriminator's heads. */
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
     * @param balance the norm of the loss's gradient with respect to the prediction, as a multiple of that of the
     *     weighted distance; the weight follows from it at every step and is at most 10
     * @param heads the number of heads on each feature map, for {@link Kind#FEATURES}
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
        /** Reads the section, if {@code parent} has it. */
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

    /** Returns the generator loss of the student's predictions. No gradients flow into the discriminator. */
    Term generatorTerm(Target target, Tensor prediction, Batch batch, RandomSource random) {
        return new Term(NAME, settings.weight(), generatorLoss(target, prediction, batch, random));
    }

    /**
     * Returns the generator loss with the weight that gives its gradient the norm in the settings.
     *
     * @param distance the distance of the predictions from the targets, with its weight
     */
    Term generatorTerm(Target target, Tensor prediction, Batch batch, RandomSource random, Tensor distance) {
        if (settings.balance().isEmpty()) {
            return generatorTerm(target, prediction, batch, random);
        }
        Tensor loss = generatorLoss(target, prediction, batch, random);
        return new Term(NAME, weight(settings.balance().getAsDouble(), loss, distance, prediction), loss);
    }

    /**
     * Returns the weight that makes the norm of the gradient of {@code loss} with respect to the prediction {@code
     * balance} times that of {@code distance}, at most {@value #GREATEST_WEIGHT}.
     */
    static double weight(double balance, Tensor loss, Tensor distance, Tensor prediction) {
        double ratio = gradientNorm(distance, prediction) / Math.max(gradientNorm(loss, prediction), TINY);
        return Math.min(balance * ratio, GREATEST_WEIGHT);
    }

    /** Returns the norm of the gradient of {@code loss} with respect to {@code prediction}. */
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

    /** Returns the discriminator's loss, computed with its trained weights. */
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

    /** Returns the discriminator as a learner with the given loss. */
    AuxiliaryLearner learner(BiFunction<Batch, RandomSource, Losses> loss) {
        return new AuxiliaryLearner("discriminator", weights, settings.optimiser(), 1, loss);
    }

    /**
     * Draws the timesteps of the noise with which both sides are compared, between the target's timestep and the end of
     * the segment.
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
