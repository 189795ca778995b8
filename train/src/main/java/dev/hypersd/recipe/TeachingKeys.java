package dev.hypersd.recipe;

import dev.hypersd.distillation.AdversarialLoss;
import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.GuidanceRange;
import dev.hypersd.distillation.LogitLoss;
import dev.hypersd.training.OptimiserSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** What all that a student is judged by has in common. */
final class TeachingKeys {
    private static final double USUAL_GUIDANCE = 3;
    private static final double MOST_GUIDANCE = 30;

    private TeachingKeys() {}

    /** The keys {@code teacher}, {@code least_guidance} and {@code greatest_guidance}. */
    static DistillationLoss.Teaching teaching(Section section) {
        Optional<Path> lora = section.optionalPath("teacher_lora");
        // A teacher that was distilled has learned the guidance; the base model has not.
        double least = section.number("least_guidance", lora.isPresent() ? 1 : USUAL_GUIDANCE, 1, MOST_GUIDANCE);
        double greatest = section.number("greatest_guidance", least, least, MOST_GUIDANCE);
        return new DistillationLoss.Teaching(lora, new GuidanceRange(least, greatest));
    }

    /** The section {@code adversarial}, where it is. */
    static Optional<AdversarialLoss.Settings> adversarial(Section parent, OptimiserSettings student) {
        if (!parent.has("adversarial")) {
            return Optional.empty();
        }
        Section section = parent.section("adversarial");
        AdversarialLoss.Settings settings = new AdversarialLoss.Settings(
                section.one("discriminator", AdversarialLoss.Kind.FEATURES),
                section.one("loss", LogitLoss.HINGE),
                section.one("real", AdversarialLoss.Real.TARGET),
                section.number("weight", 0.1, 0, 1e3),
                section.has("balance")
                        ? OptionalDouble.of(section.number("balance", 1, 1e-6, 1e3))
                        : OptionalDouble.empty(),
                section.count("heads", 1, 1),
                section.flag("conditional", true),
                auxiliary(section, student, 1e-4)
                        .by(OptimiserSettings.Method.ADAMW)
                        .remembering(0, 0.99));
        section.refuseUnread();
        return Optional.of(settings);
    }

    /** The optimiser of one that learns beside the student, at a rate of its own. */
    static OptimiserSettings auxiliary(Section section, OptimiserSettings student, double rate) {
        return student.at(section.number("learning_rate", rate, 1e-12, 1));
    }
}
