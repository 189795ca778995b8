package dev.hypersd.recipe;

import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.Noising;
import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.distillation.trajectory.Grid;
import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.distillation.trajectory.TargetTimestep;
import dev.hypersd.training.OptimiserSettings;

/** The section {@code trajectory} of a distillation. */
final class TrajectoryKeys {
    private static final int TRAIN_TIMESTEPS = 1000;

    /** How trajectories are taught. */
    private enum Method {
        CONSISTENCY,
        PROGRESSIVE,
        RECTIFIED
    }

    /** Which distance. */
    private enum Measure {
        SQUARED,
        HUBER
    }

    private TrajectoryKeys() {}

    static DistillationLoss read(Section section, OptimiserSettings student) {
        DistillationLoss.Trajectory trajectory = new DistillationLoss.Trajectory(
                method(section),
                TeachingKeys.teaching(section),
                segments(section),
                new Noising(
                        section.number("offset_noise", 0, 0, 1), section.flag("pure_noise_at_last_timestep", false)),
                distance(section),
                section.number("weight", 1, 0, 1e3),
                TeachingKeys.adversarial(section, student));
        if (trajectory.weight() == 0 && trajectory.adversarial().isEmpty()) {
            throw section.invalid(
                    "weight", "is 0, and there is no section adversarial either: there is nothing to learn from");
        }
        section.refuseUnread();
        return trajectory;
    }

    private static DistillationLoss.Method method(Section section) {
        return switch (section.one("method", Method.CONSISTENCY)) {
            case CONSISTENCY ->
                new DistillationLoss.Method.Consistency(section.one("target_timestep", TargetTimestep.UNIFORM));
            case PROGRESSIVE -> new DistillationLoss.Method.Progressive();
            case RECTIFIED -> new DistillationLoss.Method.Rectified();
        };
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
