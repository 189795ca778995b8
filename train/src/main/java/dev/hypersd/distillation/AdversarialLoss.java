package dev.hypersd.distillation;

import dev.hypersd.distillation.DistillationLoss.AuxiliaryLearner;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import dev.hypersd.unet.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * An adversarial loss: a discriminator with its own loss, and the loss that it gives the student. Both sides of a
 * comparison get independent noise of the same level, because at low noise the network's features say little about the
 * content of pictures.
 */
final class AdversarialLoss {
    /** The share of a pass that the encoder of a U-Net keeps, at least. */
    private static final double ENCODER = 0.3;

    private static final String NAME = "adversarial";

    /** The latents with which the student's predictions are compared. */
    enum Real {
        /** The targets, to which the teacher leads; at the optimum they do not differ from the predictions. */
        TARGET,
        /** Latents of the data with as much noise (Kim et al., 2024). */
        DATA
    }

    /** The loss next to which an adversarial one is used, which determines the defaults of its settings. */
    enum Beside {
        /** The distance of trajectory distillation. */
        DISTANCE(AdversarialForm.HINGE, 0.1),
        /** Score distillation, with the weight of f-distill and DMD2 in their authors' common code. */
        SCORE(AdversarialForm.SOFTPLUS, 1e-3),
        /** No other loss. */
        NOTHING(AdversarialForm.SOFTPLUS, 1);

        private final AdversarialForm form;
        private final double weight;

        Beside(AdversarialForm form, double weight) {
            this.form = form;
            this.weight = weight;
        }
    }

    /**
     * The gradient penalty R1 (Mescheder et al., 2018) by finite differences (Lin et al., 2025, section 3.3): the mean
     * squared change of the logits of real latents when a little noise is added. Derivatives of the penalty itself
     * would be second derivatives of the network.
     *
     * @param weight the weight in the discriminator's loss; 0 for none
     * @param sigma the standard deviation of the noise
     */
    record Penalty(double weight, double sigma) {
        static final Penalty NONE = new Penalty(0, 0.1);

        static Penalty read(Section section) {
            double weight = section.number("r1", 0, 0, 1e6);
            return weight == 0 ? NONE : new Penalty(weight, section.number("r1_sigma", 0.1, 1e-4, 1));
        }
    }

    /**
     * The section {@code adversarial} of a recipe.
     *
     * @param weight the weight in the student's loss, unless there is a balance
     * @param balance the norm of the loss's gradient with respect to the prediction, as a multiple of that of the
     *     weighted distance; the weight follows from it
     * @param noiseTimesteps the noise levels at which both sides are compared; if empty, all of the range that the loss
     *     determines
     * @param updates the number of the discriminator's updates for each of the student
     * @param optimiser the optimiser of the discriminator
     */
    record Settings(
            Discriminator.Settings discriminator,
            AdversarialForm form,
            Real real,
            double weight,
            OptionalDouble balance,
            List<Integer> noiseTimesteps,
            Penalty penalty,
            int updates,
            OptimiserSettings optimiser) {
        Settings {
            noiseTimesteps = List.copyOf(noiseTimesteps);
        }

        /** Reads the section {@code adversarial} of {@code parent}, if it has it. */
        static Optional<Settings> in(Section parent, Beside beside, OptimiserSettings student) {
            return parent.has(NAME) ? Optional.of(read(parent.section(NAME), beside, student)) : Optional.empty();
        }

        /** Reads all keys of {@code section} that were not read yet. */
        static Settings read(Section section, Beside beside, OptimiserSettings student) {
            if (beside != Beside.DISTANCE) {
                refuse(
                        section,
                        "balance",
                        "is a ratio to the gradient of a distance, and there is none here; name weight");
                refuse(
                        section,
                        "real",
                        "is a choice for trajectories; what the student draws is compared with the data");
            }
            Settings settings = new Settings(
                    Discriminator.Settings.read(section),
                    section.one("loss", beside.form),
                    beside == Beside.DISTANCE ? section.one("real", Real.TARGET) : Real.DATA,
                    section.number("weight", beside.weight, 1e-6, 1e3),
                    section.has("balance")
                            ? OptionalDouble.of(section.number("balance", 1, 1e-6, 1e3))
                            : OptionalDouble.empty(),
                    NoiseLevels.read(section),
                    Penalty.read(section),
                    section.count("updates", 1, 1),
                    student.at(section.number("learning_rate", 1e-4, 1e-12, 1)));
            if (settings.balance().isPresent() && section.has("weight")) {
                throw section.invalid(
                        "balance", "takes the place of the weight, and both are there; remove one of them");
            }
            section.refuseUnread();
            return settings;
        }

        private static void refuse(Section section, String key, String reason) {
            if (section.has(key)) {
                throw section.invalid(key, reason);
            }
        }
    }

    private final Settings settings;
    private final Discriminator discriminator;
    private final TrainableWeights weights;
    private final Optional<BalancedWeight> balanced;

    AdversarialLoss(Student student, PretrainedModel pretrained, Settings settings) {
        this.settings = settings;
        this.discriminator = Engine.infer(() -> settings.discriminator().open(student, pretrained));
        // A discriminator is not kept in the end, so there is no average of it.
        this.weights =
                Engine.call(() -> new TrainableWeights(discriminator.tuning(), 0, student.seed(), student.arena()));
        this.balanced = settings.balance().isPresent()
                ? Optional.of(
                        Engine.infer(() -> new BalancedWeight(settings.balance().getAsDouble(), student.arena())))
                : Optional.empty();
    }

    Settings settings() {
        return settings;
    }

    /** Returns the discriminator, if it looks at features of the frozen network, which a teacher's pass has too. */
    Optional<FeatureDiscriminator> onFeatures() {
        return discriminator instanceof FeatureDiscriminator features ? Optional.of(features) : Optional.empty();
    }

    /** Returns the logits of the student's latents. No gradients flow into the discriminator. */
    List<Tensor> logits(Noisy compared, Noisy start, Conditioning text, RandomSource random) {
        List<Integer> heads = discriminator.heads(random);
        return weights.frozen().during(() -> discriminator.logits(compared, start, text, heads));
    }

    /** Returns the logits of feature maps of the student's latents. No gradients flow into the discriminator. */
    List<Tensor> logits(FeatureDiscriminator features, List<Tensor> maps, RandomSource random) {
        List<Integer> heads = features.heads(random);
        return weights.frozen().during(() -> features.logits(maps, heads));
    }

    /** Returns the student's loss, which is low where the discriminator considers its latents real. */
    Term generatorTerm(List<Tensor> logits) {
        return new Term(NAME, settings.weight(), settings.form().generatorLoss(logits));
    }

    /**
     * Returns the student's loss of a prediction, with the weight that is set or follows from the balance.
     *
     * @param distance the distance of the prediction from its target, with its weight
     * @param compared adds noise to the prediction
     */
    Term generatorTerm(
            Tensor prediction,
            Tensor distance,
            Function<Tensor, Noisy> compared,
            Noisy start,
            Conditioning text,
            RandomSource random) {
        UnaryOperator<Tensor> loss = x -> settings.form().generatorLoss(logits(compared.apply(x), start, text, random));
        return balanced.map(weight -> weight.term(NAME, prediction, distance, loss))
                .orElseGet(() -> new Term(NAME, settings.weight(), loss.apply(prediction)));
    }

    /** Returns the discriminator's loss, computed with its trained weights. */
    Losses discriminatorLoss(Noisy real, Noisy fake, Noisy start, Conditioning text, RandomSource random) {
        List<Integer> heads = discriminator.heads(random);
        List<Tensor> ofReal = discriminator.logits(real, start, text, heads);
        List<Tensor> ofFake = discriminator.logits(fake, start, text, heads);
        List<Term> terms = new ArrayList<>();
        terms.add(new Term(NAME, 1, settings.form().discriminatorLoss(ofReal, ofFake)));
        Penalty penalty = settings.penalty();
        if (penalty.weight() > 0) {
            Tensor noise = random.normal(Tensors.shape(real.latents()));
            Noisy nudged = new Noisy(real.latents().add(noise, new Scalar(penalty.sigma())), real.timesteps());
            terms.add(
                    new Term("r1", penalty.weight(), change(ofReal, discriminator.logits(nudged, start, text, heads))));
        }
        terms.add(new Term("correct", 0, correct(ofReal, ofFake)));
        return new Losses(terms);
    }

    /** Returns the mean squared difference of logits, the mean over heads. */
    static Tensor change(List<Tensor> logits, List<Tensor> others) {
        Tensor sum = Tensors.of(new float[1]);
        for (int i = 0; i < logits.size(); i++) {
            sum = sum.add(logits.get(i).sub(others.get(i)).square().mean());
        }
        return sum.div(new Scalar(logits.size())).squeeze();
    }

    /** Returns the share of logits with the right sign, the mean over heads. */
    static Tensor correct(List<Tensor> real, List<Tensor> fake) {
        Tensor sum = Tensors.of(new float[1]);
        for (int i = 0; i < real.size(); i++) {
            sum = sum.add(real.get(i).gt(new Scalar(0)).to(sum.scalar_type()).mean())
                    .add(fake.get(i).lt(new Scalar(0)).to(sum.scalar_type()).mean());
        }
        return sum.div(new Scalar(2 * real.size())).squeeze();
    }

    /** Returns the discriminator as a learner with the given loss. */
    AuxiliaryLearner learner(BiFunction<Batch, RandomSource, Losses> loss) {
        return new AuxiliaryLearner(
                "discriminator", weights, settings.optimiser(), settings.updates(), loss, discriminator.renewal());
    }

    /**
     * Returns how much of a pass of the network is kept for the student's backward pass, at least: gradients flow into
     * its pictures through the encoder.
     */
    double passes() {
        return ENCODER;
    }

    /** Returns what a checkpoint has to hold in addition to the discriminator's weights. */
    Map<String, Tensor> state() {
        return balanced.map(weight -> Map.of("balance", weight.average())).orElse(Map.of());
    }
}
