package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.distillation.trajectory.TargetTimestep;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.model.ModelPart;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Placement;
import dev.hypersd.objective.PretrainedModel;
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
public sealed interface DistillationLoss {
    /** Makes the loss for {@code student} of {@code finished}. */
    StudentLoss open(Student student, PretrainedModel pretrained);

    /**
     * Who teaches.
     *
     * @param lora what makes a teacher of the base model; empty for the base model as it is
     */
    record Teaching(Optional<Path> lora, GuidanceRange guidance) {
        Teacher open(Student student, PretrainedModel pretrained) {
            Adapters adapters = lora.map(file -> pretrained.model().withLora(file, student.arena()))
                    .orElse(Adapters.NONE);
            return new Teacher(student.denoiser(), adapters, guidance);
        }
    }

    /** How trajectories are taught. */
    sealed interface Method {
        /** {@link ConsistencyTargets}. */
        record Consistency(TargetTimestep targetTimestep) implements Method {}

        /** {@link ProgressiveTargets}. */
        record Progressive() implements Method {}

        /** {@link RectifiedTargets}. */
        record Rectified() implements Method {}
    }

    /**
     * By where it arrives on its teacher's trajectories.
     *
     * @param weight of the distance to the target
     * @param adversarial tells arrivals from targets
     */
    record Trajectory(
            Method method,
            Teaching teaching,
            Segments segments,
            Noising noising,
            Distance distance,
            double weight,
            Optional<AdversarialLoss.Settings> adversarial)
            implements DistillationLoss {
        @Override
        public StudentLoss open(Student student, PretrainedModel pretrained) {
            Teacher teacher = teaching.open(student, pretrained);
            TargetMaker targetMaker = switch (method) {
                case Method.Consistency consistency ->
                    new ConsistencyTargets(
                            teacher, student.weights().average(), segments, consistency.targetTimestep(), noising);
                case Method.Progressive progressive -> new ProgressiveTargets(teacher, segments, noising);
                case Method.Rectified rectified -> new RectifiedTargets(teacher, segments, noising);
            };
            return new TrajectoryLoss(
                    student,
                    targetMaker,
                    distance,
                    weight,
                    adversarial.map(a -> new AdversarialLoss(student, pretrained, a)));
        }
    }

    /**
     * What makes pictures of latents, for those who look at them.
     *
     * @param folder of an autoencoder that takes the place of the model's own, a tiny one for speed; empty for the model's
     */
    record Decoding(Optional<Path> folder) {
        Autoencoder open(Student student, PretrainedModel pretrained) {
            Autoencoder own = pretrained.model().autoencoder();
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
    record Feedback(List<Integer> timesteps, Decoding decoding, Function<TensorArena, List<WeightedReward>> rewards)
            implements DistillationLoss {
        @Override
        public StudentLoss open(Student student, PretrainedModel pretrained) {
            return new FeedbackLoss(
                    new Rollout(student.denoiser(), timesteps),
                    decoding.open(student, pretrained),
                    pretrained.model().tokenizer(),
                    rewards.apply(student.arena()));
        }
    }

    /**
     * By whether a segmenter finds the objects that it should have drawn.
     *
     * @param folder of the segmenter
     * @param truth what the pictures show that are learned from
     */
    record Masks(Path folder, Decoding decoding, Dataset<Sample> truth, MaskLoss.Settings settings)
            implements DistillationLoss {
        @Override
        public StudentLoss open(Student student, PretrainedModel pretrained) {
            Segmenter segmenter = Engine.infer(() -> ModelPart.in(folder)
                    .load(Segmenter.TYPE, Dtype.F32, student.arena())
                    .network());
            return new MaskLoss(
                    student, decoding.open(student, pretrained), segmenter, pretrained.samples(), truth, settings);
        }
    }

    /**
     * By how likely its teacher finds what it draws.
     *
     * @param timesteps at which the student is asked on its way from noise
     * @param rank of the fake score, a LoRA of its own over the base model
     * @param layers that the fake score changes
     * @param adversarial tells what it draws from the data's pictures
     */
    record Score(
            Teaching teaching,
            List<Integer> timesteps,
            DistributionMatching.Settings matching,
            int rank,
            Set<LoraLayers> layers,
            Optional<AdversarialLoss.Settings> adversarial)
            implements DistillationLoss {
        @Override
        public StudentLoss open(Student student, PretrainedModel pretrained) {
            LowRankTuning fake = new LowRankTuning(
                    LoraLayers.weights(layers, pretrained.model().unet().parameters()), rank, rank);
            return new DistributionMatching(
                    student,
                    teaching.open(student, pretrained),
                    new Rollout(student.denoiser(), timesteps),
                    matching,
                    fake,
                    adversarial.map(a -> new AdversarialLoss(student, pretrained, a)));
        }
    }
}
