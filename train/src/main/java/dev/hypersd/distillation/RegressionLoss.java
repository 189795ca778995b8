package dev.hypersd.distillation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Regression to where the teacher gets from the same noise, in the student's first step. In all of the teacher's steps
 * this is the regression of distribution matching (Yin et al., 2024, equation 9). In the first few of them it is what
 * the first step learns in diversity-preserved distribution matching (Wu et al., 2026): which picture it is to become,
 * and nothing of its details.
 */
final class RegressionLoss implements DistillationLoss {
    /**
     * The section {@code regression} of a recipe.
     *
     * @param teacherSteps the number of steps in which the teacher crosses the whole trajectory
     * @param steps how many of these it takes, from pure noise
     * @param pairs the number of pairs of noise and latents
     * @param weight the weight in the student's loss
     */
    record Settings(Teacher.Settings teacher, int teacherSteps, int steps, int pairs, Distance distance, double weight)
            implements DistillationLoss.Settings {
        static Settings read(Section section) {
            int teacherSteps = section.count("teacher_steps", 40, 1);
            int steps = section.count("steps", teacherSteps, 1);
            if (steps > teacherSteps) {
                throw section.invalid("steps", "is %d, of the %d steps of the teacher".formatted(steps, teacherSteps));
            }
            Settings settings = new Settings(
                    Teacher.Settings.read(section),
                    teacherSteps,
                    steps,
                    section.count("pairs", 1024, 1),
                    Distance.read(section),
                    section.number("weight", 0.25, 1e-6, 1e3));
            section.refuseUnread();
            return settings;
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            int timesteps = student.schedule().trainTimesteps();
            if (teacherSteps > timesteps / 2) {
                throw new InvalidRequestException(
                        ("distillation.regression.teacher_steps is %d, and the model has %d timesteps: at most %d"
                                        + " steps lead each to another one")
                                .formatted(teacherSteps, timesteps, timesteps / 2));
            }
            Segments segments = new Segments(timesteps, teacherSteps, 1);
            TeacherEndpoints endpoints = TeacherEndpoints.open(
                    teacher.open(student, pretrained), segments, steps, pairs, pretrained, student.arena());
            int to = segments.timestep(teacherSteps - steps);
            return new RegressionLoss(this, student, endpoints, timesteps - 1, to);
        }
    }

    private final Settings settings;
    private final Student student;
    private final TeacherEndpoints endpoints;
    private final int from;
    private final int to;

    private RegressionLoss(Settings settings, Student student, TeacherEndpoints endpoints, int from, int to) {
        this.settings = settings;
        this.student = student;
        this.endpoints = endpoints;
        this.from = from;
        this.to = to;
    }

    @Override
    public Task task() {
        return Task.TRAJECTORIES;
    }

    /** Returns the term of as many pairs as {@code batch} has samples. */
    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        TeacherEndpoints.Pairs pairs = endpoints.draw(batch.size(), random);
        Batch same = pairs.batch();
        Tensor prediction = student.predictor().step(pairs.noise(), same.all(from), same.all(to), same.text());
        return List.of(
                new Term("regression", settings.weight(), settings.distance().between(prediction, pairs.latents())));
    }
}
