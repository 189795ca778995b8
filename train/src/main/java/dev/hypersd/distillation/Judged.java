package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.distillation.trajectory.Goal;
import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.model.ModelPart;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Placement;
import dev.hypersd.objective.Finished;
import dev.hypersd.scene.Sample;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What a student is judged by, as a recipe says it. */
public sealed interface Judged {
    /** Makes the loss for {@code student} of {@code finished}. */
    StudentLoss open(Student student, Finished finished);

    /**
     * Who teaches.
     *
     * @param lora what makes a teacher of the base model; empty for the base model as it is
     */
    record Teaching(Optional<Path> lora, GuidanceRange guidance) {
        Teacher open(Student student, Finished finished) {
            Adapters adapters = lora.map(file -> finished.model().withLora(file, student.arena()))
                    .orElse(Adapters.NONE);
            return new Teacher(student.denoiser(), adapters, guidance);
        }
    }

    /** How trajectories are taught. */
    sealed interface Method {
        /** {@link ConsistencyLessons}. */
        record Consistency(Goal goal) implements Method {}

        /** {@link ProgressiveLessons}. */
        record Progressive() implements Method {}

        /** {@link RectifiedLessons}. */
        record Rectified() implements Method {}
    }

    /**
     * By where it arrives on its teacher's trajectories.
     *
     * @param weight of the distance to the target
     * @param adversary tells arrivals from targets
     */
    record Trajectory(
            Method method,
            Teaching teaching,
            Segments segments,
            Noising noising,
            Distance distance,
            double weight,
            Optional<Adversary.Settings> adversary)
            implements Judged {
        @Override
        public StudentLoss open(Student student, Finished finished) {
            Teacher teacher = teaching.open(student, finished);
            Lessons lessons = switch (method) {
                case Method.Consistency consistency ->
                    new ConsistencyLessons(teacher, student.weights().average(), segments, consistency.goal(), noising);
                case Method.Progressive progressive -> new ProgressiveLessons(teacher, segments, noising);
                case Method.Rectified rectified -> new RectifiedLessons(teacher, segments, noising);
            };
            return new TrajectoryLoss(
                    student, lessons, distance, weight, adversary.map(a -> new Adversary(student, finished, a)));
        }
    }

    /**
     * What makes pictures of latents, for those who look at them.
     *
     * @param folder of an autoencoder that takes the place of the model's own, a tiny one for speed; empty for the model's
     */
    record Decoding(Optional<Path> folder) {
        Autoencoder open(Student student, Finished finished) {
            Autoencoder own = finished.model().autoencoder();
            return folder.<Autoencoder>map(vae -> Engine.infer(() -> ModelPart.in(vae)
                            .loadAutoencoder(own.latentChannels(), Placement.of(Dtype.F32), student.arena())))
                    .orElse(own);
        }
    }

    /**
     * By how well reward models like what it draws.
     *
     * @param timesteps at which the student is asked on its way from noise
     * @param rewards opens the reward models; the arena owns them
     */
    record Feedback(List<Integer> timesteps, Decoding decoding, Function<TensorArena, List<Rewarded>> rewards)
            implements Judged {
        @Override
        public StudentLoss open(Student student, Finished finished) {
            return new FeedbackLoss(
                    new Rollout(student.denoiser(), timesteps),
                    decoding.open(student, finished),
                    finished.model().tokenizer(),
                    rewards.apply(student.arena()));
        }
    }

    /**
     * By whether a segmenter finds the objects that it should have drawn.
     *
     * @param folder of the segmenter
     * @param truth what the pictures show that are learned from
     */
    record Masks(Path folder, Decoding decoding, Dataset<Sample> truth, MaskLoss.Settings settings) implements Judged {
        @Override
        public StudentLoss open(Student student, Finished finished) {
            Segmenter segmenter = Engine.infer(() -> ModelPart.in(folder)
                    .load(Segmenter.TYPE, Dtype.F32, student.arena())
                    .network());
            return new MaskLoss(
                    student, decoding.open(student, finished), segmenter, finished.samples(), truth, settings);
        }
    }

    /**
     * By how likely its teacher finds what it draws.
     *
     * @param timesteps at which the student is asked on its way from noise
     * @param rank of the fake score, a LoRA of its own over the base model
     * @param layers that the fake score changes
     * @param adversary tells what it draws from the data's pictures
     */
    record Score(
            Teaching teaching,
            List<Integer> timesteps,
            DistributionMatching.Settings matching,
            int rank,
            Set<LoraLayers> layers,
            Optional<Adversary.Settings> adversary)
            implements Judged {
        @Override
        public StudentLoss open(Student student, Finished finished) {
            LowRankTuning fake = new LowRankTuning(
                    LoraLayers.weights(layers, finished.model().unet().parameters()), rank, rank);
            return new DistributionMatching(
                    student,
                    teaching.open(student, finished),
                    new Rollout(student.denoiser(), timesteps),
                    matching,
                    fake,
                    adversary.map(a -> new Adversary(student, finished, a)));
        }
    }
}
