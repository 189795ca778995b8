package dev.hypersd.recipe;

import dev.hypersd.distillation.Distance;
import dev.hypersd.distillation.Goal;
import dev.hypersd.distillation.Grid;
import dev.hypersd.distillation.Segments;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.ConsistencyObjective;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.training.Objective;
import java.util.function.Supplier;

/** {@code objective: consistency}. */
final class ConsistencyRecipe {
    private static final int TRAIN_TIMESTEPS = 1000;
    private static final double MOST_GUIDANCE = 30;

    /** Which distance. */
    private enum Measure {
        SQUARED,
        HUBER
    }

    private ConsistencyRecipe() {}

    static Supplier<Objective<?>> read(Section root, Common common) {
        Section section = root.section("consistency");
        Supplier<ModelFiles> teacher = FinishedKeys.files(root, section);
        FineTuning.Lora lora = FinishedKeys.lora(section);
        ConsistencyObjective.Trajectory trajectory = trajectory(section);
        ConsistencyObjective.Settings settings =
                new ConsistencyObjective.Settings(section.texts("shown"), common.average(), common.seed());
        Supplier<Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return () ->
                new ConsistencyObjective(teacher.get(), lora, trajectory, settings, common.optimiser(), pictures.get());
    }

    private static ConsistencyObjective.Trajectory trajectory(Section section) {
        double least = section.number("least_guidance", 3, 1, MOST_GUIDANCE);
        return new ConsistencyObjective.Trajectory(
                segments(section),
                section.one("goal", Goal.UNIFORM),
                distance(section),
                least,
                section.number("greatest_guidance", least, least, MOST_GUIDANCE),
                section.number("offset_noise", 0, 0, 1),
                section.flag("pure_noise", false));
    }

    private static Segments segments(Section section) {
        int steps = section.count("teacher_steps", 40, 1);
        int count = section.count("segments", 1, 1);
        if (TRAIN_TIMESTEPS % steps != 0) {
            throw section.invalid(
                    "teacher_steps", "is %d, which does not divide the %d timesteps".formatted(steps, TRAIN_TIMESTEPS));
        }
        if (steps % count != 0) {
            throw section.invalid(
                    "segments", "is %d, which does not divide the %d steps of the teacher".formatted(count, steps));
        }
        return new Segments(new Grid(TRAIN_TIMESTEPS, steps), count);
    }

    private static Distance distance(Section section) {
        return switch (section.one("distance", Measure.SQUARED)) {
            case SQUARED -> new Distance.Squared();
            case HUBER -> new Distance.PseudoHuber(section.number("huber", 1e-3, 1e-9, 10));
        };
    }
}
