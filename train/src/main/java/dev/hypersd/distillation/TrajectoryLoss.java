package dev.hypersd.distillation;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Trajectory segmented consistency distillation (Ren et al., 2024, section 3.1), and its relatives. One step of it, as
 * {@link #terms} and {@link Consistency} have it:
 *
 * <ol>
 *   <li>latents get noise up to a timestep t(n) of the teacher's trajectory;
 *   <li>the teacher's solver goes one step to t(n - 1), with guidance;
 *   <li>from there the moving average of the student (EMA) goes to t(m), in the same segment: that is the target;
 *   <li>the student goes from t(n) to t(m) at once: that is the prediction;
 *   <li>the loss is the distance of the prediction from the target (equation 12), and whether a discriminator can tell
 *       them apart.
 * </ol>
 */
final class TrajectoryLoss implements DistillationLoss {
    /** The methods by their names in recipes. A new one is a {@link TargetMaker} and an entry here. */
    private static final SequencedMap<String, Function<Section, TargetMaker>> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put("consistency", Consistency::read);
        METHODS.put("progressive", section -> new ProgressiveTargets());
        METHODS.put("rectified", section -> new RectifiedTargets());
    }

    /**
     * The section {@code trajectory} of a recipe.
     *
     * @param teacher whose trajectories are followed
     * @param teacherSteps the number of steps in which the teacher crosses the whole trajectory
     * @param segments the number of segments
     * @param weight the weight of the distance; 0 for students that learn from the discriminator alone
     * @param noiseWeight the weight of a sample by the noise level at which it starts
     */
    record Settings(
            TargetMaker method,
            Teacher.Source teacher,
            int teacherSteps,
            int segments,
            Noising noising,
            Distance distance,
            double weight,
            NoiseWeight noiseWeight,
            Optional<AdversarialLoss.Settings> adversarial)
            implements DistillationLoss.Settings {
        static Settings read(Section section, OptimiserSettings student) {
            int steps = section.count("teacher_steps", 40, 1);
            int segments = section.count("segments", 1, 1);
            if (steps % segments != 0) {
                throw section.invalid(
                        "segments",
                        "is %d, which does not divide the %d steps of the teacher".formatted(segments, steps));
            }
            Settings settings = new Settings(
                    section.choice("method", "consistency", METHODS).apply(section),
                    Teacher.Settings.read(section),
                    steps,
                    segments,
                    new Noising(
                            section.number("offset_noise", 0, 0, 1),
                            section.flag("pure_noise_at_last_timestep", false)),
                    Distance.read(section),
                    section.number("weight", 1, 0, 1e3),
                    NoiseWeight.read(section),
                    AdversarialLoss.Settings.in(section, AdversarialLoss.Beside.DISTANCE, student));
            settings.refuseNothingToLearnFrom(section);
            section.refuseUnread();
            return settings;
        }

        private void refuseNothingToLearnFrom(Section section) {
            if (weight == 0 && adversarial.isEmpty()) {
                throw section.invalid(
                        "weight", "is 0, and there is no section adversarial either: the student has no loss");
            }
            if (weight == 0 && adversarial.orElseThrow().balance().isPresent()) {
                throw section.invalid(
                        "weight",
                        "is 0, and adversarial.balance is a ratio to the gradient of the distance, which is then 0 too;"
                                + " raise the weight, or name adversarial.weight in place of the balance");
            }
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            int timesteps = student.schedule().trainTimesteps();
            if (teacherSteps > timesteps / 2) {
                throw new InvalidRequestException(
                        ("distillation.trajectory.teacher_steps is %d, and the model has %d timesteps: at most %d"
                                        + " steps lead each to another one")
                                .formatted(teacherSteps, timesteps, timesteps / 2));
            }
            adversarial.ifPresent(settings -> NoiseLevels.require(settings.noiseTimesteps(), timesteps));
            return new TrajectoryLoss(
                    this,
                    student,
                    teacher.open(student, pretrained),
                    adversarial.map(settings -> new AdversarialLoss(student, pretrained, settings)));
        }
    }

    private final Settings settings;
    private final Student student;
    private final Teacher teacher;
    private final Segments segments;
    private final Optional<AdversarialLoss> adversarial;

    TrajectoryLoss(Settings settings, Student student, Teacher teacher, Optional<AdversarialLoss> adversarial) {
        this.settings = settings;
        this.student = student;
        this.teacher = teacher;
        this.segments = new Segments(student.schedule().trainTimesteps(), settings.teacherSteps(), settings.segments());
        this.adversarial = adversarial;
    }

    @Override
    public Task task() {
        return Task.TRAJECTORIES;
    }

    @Override
    public double passes() {
        return 1 + adversarial.map(AdversarialLoss::passes).orElse(0.0);
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Target target = target(batch, random);
        Tensor prediction = prediction(target, batch);
        Tensor distance = settings.distance()
                .between(prediction, target.latents(), settings.noiseWeight().of(target.from(), student.schedule()));
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("distance", settings.weight(), distance));
        adversarial.ifPresent(loss -> {
            int[] timesteps = compared(loss, target, random);
            terms.add(loss.generatorTerm(
                    prediction,
                    distance.mul(new Scalar(settings.weight())),
                    x -> new Noisy(x, target.to()).renoised(timesteps, student.schedule(), random),
                    new Noisy(target.start(), target.from()),
                    batch.text(),
                    random));
        });
        return terms;
    }

    /**
     * Draws the timesteps of the noise with which both sides are compared: between the target's timestep and the end of
     * the segment, or those of the discriminator, if the target has less noise.
     */
    private static int[] compared(AdversarialLoss loss, Target target, RandomSource random) {
        List<Integer> fixed = loss.settings().noiseTimesteps();
        int[] timesteps = new int[target.to().length];
        Arrays.setAll(timesteps, i -> {
            int to = target.to()[i];
            return fixed.isEmpty()
                    ? to + (int) (random.uniform() * (target.end()[i] + 1 - to))
                    : Math.max(to, fixed.get(random.integers(fixed.size(), 1)[0]));
        });
        return timesteps;
    }

    private Target target(Batch batch, RandomSource random) {
        return Gradients.off(() -> {
            Spans spans = settings.method().spans(segments, batch.size(), random);
            Tensor noisy = settings.noising().noisy(batch.latents(), spans.from(), student.schedule(), random);
            Solver solver = teacher.solver(batch, random);
            Solver average = new Solver(student.predictor(), student.weights().average(), batch, Optional.empty());
            return settings.method().target(noisy, spans, solver, average, random);
        });
    }

    /**
     * The targets of consistency distillation: the teacher's solver takes one step, and the student's average the rest
     * of the way.
     */
    record Consistency(TargetTimestep targetTimestep) implements TargetMaker {
        static Consistency read(Section section) {
            return new Consistency(section.one("target_timestep", TargetTimestep.UNIFORM));
        }

        @Override
        public Spans spans(Segments segments, int batch, RandomSource random) {
            int[] starts = Arrays.stream(random.integers(segments.steps(), batch))
                    .map(i -> i + 1)
                    .toArray();
            int[] targets = Arrays.stream(starts)
                    .map(start -> targetTimestep.draw(segments.start(start), start, random))
                    .toArray();
            return new Spans(segments, starts, targets);
        }

        @Override
        public Target target(Tensor noisy, Spans spans, Solver teacher, Solver average, RandomSource random) {
            Tensor next = teacher.step(noisy, spans.from(), spans.next());
            Tensor target = average.step(next, spans.next(), spans.to());
            return new Target(noisy, spans.from(), target, spans.to(), spans.end());
        }
    }

    /** Returns the student's prediction from the start of {@code target}, computed with its trained weights. */
    private Tensor prediction(Target target, Batch batch) {
        return student.predictor().step(target.start(), target.from(), target.to(), batch.text());
    }

    @Override
    public List<AuxiliaryLearner> auxiliaryLearners() {
        return adversarial.stream()
                .map(loss -> loss.learner(this::discriminatorLoss))
                .toList();
    }

    private Losses discriminatorLoss(Batch batch, RandomSource random) {
        Target target = target(batch, random);
        Tensor prediction = student.frozen(() -> prediction(target, batch));
        AdversarialLoss loss = adversarial.orElseThrow();
        int[] timesteps = compared(loss, target, random);
        Tensor real = switch (loss.settings().real()) {
            case TARGET -> target.latents();
            case DATA ->
                Noisy.of(batch.latents(), target.to(), student.schedule(), random)
                        .latents();
        };
        return loss.discriminatorLoss(
                new Noisy(real, target.to()).renoised(timesteps, student.schedule(), random),
                new Noisy(prediction, target.to()).renoised(timesteps, student.schedule(), random),
                new Noisy(target.start(), target.from()),
                batch.text(),
                random);
    }

    @Override
    public Map<String, Tensor> state() {
        return adversarial.map(AdversarialLoss::state).orElse(Map.of());
    }

    /**
     * The way in which latents are noised to points of trajectories.
     *
     * @param offset the share of the noise that is constant over a channel (offset noise; Guttenberg, 2023); 0 for none
     * @param pureAtLastTimestep whether a start at the last timestep is pure noise, as in sampling, although the
     *     schedule leaves a little of the picture there (Lin et al., 2024, section 3.5)
     */
    record Noising(double offset, boolean pureAtLastTimestep) {
        /**
         * Adds noise to latents.
         *
         * @param latents {@code [B, C, h, w]}
         * @param timesteps one for each of {@code B}
         */
        Tensor noisy(Tensor latents, int[] timesteps, NoiseSchedule schedule, RandomSource random) {
            Tensor noise = random.normal(Tensors.shape(latents));
            if (offset > 0) {
                noise = noise.add(random.normal(latents.size(0), latents.size(1), 1, 1), new Scalar(offset));
            }
            Tensor noisy = schedule.addNoise(latents, noise, timesteps);
            return pureAtLastTimestep ? noise.where(areLast(timesteps, schedule), noisy) : noisy;
        }

        /** Returns which samples are at the last timestep, {@code [B, 1, 1, 1]}. */
        private static Tensor areLast(int[] timesteps, NoiseSchedule schedule) {
            int end = schedule.trainTimesteps() - 1;
            long[] last =
                    Arrays.stream(timesteps).mapToLong(t -> t == end ? 1 : 0).toArray();
            return Tensors.of(last, last.length, 1, 1, 1).ne(new Scalar(0));
        }
    }
}
