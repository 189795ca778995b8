package dev.hypersd.distillation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.Score;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.metric.Diversity;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Measurement;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * What a student draws at a validation, measured by a reward model that it does not learn from, and by how different
 * the pictures of one caption are. Losses and trained rewards go on improving after pictures have begun to look alike
 * or worse (Clark et al., 2024, section 4.3), so the run is judged by this.
 */
final class StudentQuality implements Measurement {
    /** The badness that a missing share of the diversity adds, which is above that of any reward. */
    private static final double WITHOUT_DIVERSITY = 1e6;

    private static final int PICTURES = 4;
    private static final int TEACHER_STEPS = 25;
    private static final long SEED = 0xD1FF;

    /**
     * The section {@code stop} of a recipe.
     *
     * @param reward opens the reward model, which no loss may use
     * @param prompts the number of held-out captions, each of which is drawn {@value #PICTURES} times
     * @param leastDiversity the least diversity that counts as good, as a share of the teacher's
     */
    record Settings(
            Function<TensorArena, Reward> reward,
            FeedbackLoss.Decoder decoder,
            Rollout.Settings rollout,
            Teacher.Settings teacher,
            int prompts,
            double leastDiversity) {
        /**
         * Reads the section.
         *
         * @param distillation the section that contains it, whose other losses may not use the same reward model
         */
        static Settings read(Section section, Section distillation) {
            String name = section.text("judge");
            Score score = Score.of(name)
                    .orElseThrow(() -> section.invalid("judge", "is \"%s\", which is no judge".formatted(name)));
            if (distillation.has("feedback") && distillation.section("feedback").has(name)) {
                throw section.invalid(
                        "judge", "is %s, from which the student learns; name one that it does not".formatted(name));
            }
            JudgeFolder judges = new JudgeFolder(section.path("judges"));
            Settings settings = new Settings(
                    arena -> judges.open(score, arena),
                    new FeedbackLoss.Decoder(section.optionalPath("vae")),
                    Rollout.Settings.read(section, Rollout.Trained.ALL),
                    Teacher.Settings.read(section),
                    section.count("prompts", 16, 1),
                    section.number("least_diversity", 0.8, 0, 2));
            section.refuseUnread();
            return settings;
        }

        /** Opens the reward model, and draws the captions with the teacher once. */
        StudentQuality open(Student student, PretrainedModel pretrained) {
            if (pretrained.heldOut().size() < prompts) {
                throw new InvalidRequestException("distillation.stop.prompts is %d, and %d samples are held out"
                        .formatted(prompts, pretrained.heldOut().size()));
            }
            return new StudentQuality(this, student, pretrained);
        }
    }

    private final Settings settings;
    private final Student student;
    private final PretrainedModel pretrained;
    private final Rollout rollout;
    private final Reward reward;
    private final Autoencoder autoencoder;
    private final double teacherDiversity;

    private StudentQuality(Settings settings, Student student, PretrainedModel pretrained) {
        this.settings = settings;
        this.student = student;
        this.pretrained = pretrained;
        this.rollout = settings.rollout().open(student);
        this.reward = settings.reward().apply(student.arena());
        this.autoencoder = settings.decoder().open(student, pretrained);
        Teacher teacher = settings.teacher().open(student, pretrained);
        this.teacherDiversity = Engine.infer(() -> mean(prompt -> diversity(follow(teacher, prompt))));
    }

    @Override
    public Result measure() {
        return student.weights().average().during(() -> {
            List<Double> rewards = new ArrayList<>();
            double diversity = mean(prompt -> {
                Batch batch = batch(prompt);
                Tensor drawn =
                        rollout.drawAll(batch, RandomSource.at(SEED, prompt)).clean();
                rewards.add(reward(drawn, batch));
                return diversity(drawn);
            });
            double mean = rewards.stream().mapToDouble(r -> r).average().orElseThrow();
            double share = diversity / teacherDiversity;
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("held-out reward", mean);
            values.put("diversity", share);
            return new Result(values, badness(mean, share, settings.leastDiversity()));
        });
    }

    /**
     * Returns the number by which validations are compared: among those that are diverse enough the reward decides,
     * and before these the diversity.
     */
    static double badness(double reward, double diversity, double leastDiversity) {
        return WITHOUT_DIVERSITY * Math.max(leastDiversity - diversity, 0) - reward;
    }

    /** Returns the mean of a measure over all captions. */
    private double mean(Function<Integer, Double> measure) {
        double sum = 0;
        for (int prompt = 0; prompt < settings.prompts(); prompt++) {
            int number = prompt;
            sum += TensorScope.released(() -> measure.apply(number));
        }
        return sum / settings.prompts();
    }

    private Batch batch(int prompt) {
        LatentSample sample = pretrained.heldOut().get(prompt);
        List<LatentSample> same = Collections.nCopies(PICTURES, sample);
        List<long[]> captions = Collections.nCopies(PICTURES, sample.ids());
        return new Batch(
                same,
                pretrained.task().latents(same),
                pretrained.task().conditioning(captions, LatentSample.framings(same)),
                pretrained.task().empty(LatentSample.framings(same)),
                captions,
                0);
    }

    private Tensor follow(Teacher teacher, int prompt) {
        Batch batch = batch(prompt);
        RandomSource random = RandomSource.at(SEED, prompt);
        Segments segments = new Segments(student.schedule().trainTimesteps(), TEACHER_STEPS, 1);
        Teacher.Solver solver = teacher.solver(batch, random);
        Tensor x = random.normal(Tensors.shape(batch.latents()));
        for (int point = TEACHER_STEPS; point > 0; point--) {
            x = solver.step(x, batch.all(segments.timestep(point)), batch.all(segments.timestep(point - 1)));
        }
        return x;
    }

    private double reward(Tensor drawn, Batch batch) {
        ClipTokenizer tokenizer = pretrained.model().tokenizer();
        List<String> captions = batch.captions().stream().map(tokenizer::text).toList();
        return reward.of(FeedbackLoss.pixels(autoencoder, drawn), captions)
                .mean()
                .item_double();
    }

    /** Returns the mean distance between the latents of two pictures. */
    private static double diversity(Tensor latents) {
        List<double[]> each = LongStream.range(0, latents.size(0))
                .mapToObj(i -> Tensors.toFloats(latents.select(0, i).contiguous()))
                .map(StudentQuality::wide)
                .toList();
        return Diversity.of(each);
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
