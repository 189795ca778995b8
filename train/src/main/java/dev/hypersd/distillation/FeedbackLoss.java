package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.Score;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.model.ModelPart;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Human feedback (Ren et al., 2024, equation 13): the amount by which the scores of the student's pictures fall short
 * of the thresholds of reward models. Gradients flow from the reward through the decoder and one evaluation of the
 * student, never through earlier steps (Xu et al., 2023).
 */
final class FeedbackLoss implements DistillationLoss {
    /** The reward models, each in a folder of its name, with default thresholds for their scales. */
    private enum RewardModel {
        CLIP(25, Score.CLIP),
        AESTHETIC(2, Score.AESTHETIC),
        PREFERENCE(2, Score.PREFERENCE);

        private final double usualThreshold;
        private final Score score;

        RewardModel(double usualThreshold, Score score) {
            this.usualThreshold = usualThreshold;
            this.score = score;
        }

        String title() {
            return score.key();
        }

        WeightedReward.Settings read(Section section, JudgeFolder judges) {
            WeightedReward.Settings settings = new WeightedReward.Settings(
                    title(),
                    arena -> judges.open(score, arena),
                    section.number("weight", 1, 1e-6, 1e3),
                    section.number("threshold", usualThreshold, -1e3, 1e3),
                    section.count("from_step", 1, 1));
            section.refuseUnread();
            return settings;
        }
    }

    /**
     * A reward model with its weight.
     *
     * @param name the name in logs
     * @param weight the weight of the amount by which a score falls short of the threshold
     * @param threshold the score from which a picture adds no loss, so that good pictures are not optimised towards
     *     errors of the reward model
     * @param fromStep the training step from which the reward is used
     */
    record WeightedReward(String name, Reward reward, double weight, double threshold, long fromStep) {
        /**
         * The settings of a reward model.
         *
         * @param reward opens the reward model, which the arena owns
         */
        record Settings(
                String name, Function<TensorArena, Reward> reward, double weight, double threshold, long fromStep) {
            WeightedReward open(TensorArena arena) {
                return new WeightedReward(name, reward.apply(arena), weight, threshold, fromStep);
            }
        }
    }

    /**
     * The decoder that decodes latents for reward models.
     *
     * @param folder the folder of an autoencoder that replaces the model's own, a tiny one for speed; empty for the
     *     model's own
     */
    record Decoder(Optional<Path> folder) {
        Autoencoder open(Student student, PretrainedModel pretrained) {
            Autoencoder own = pretrained.model().autoencoder();
            return folder.<Autoencoder>map(vae -> Engine.infer(() -> ModelPart.in(vae)
                            .loadAutoencoder(own.latentChannels(), Placement.of(Dtype.F32), student.arena())))
                    .orElse(own);
        }
    }

    /** The section {@code feedback} of a recipe, with its reward models. */
    record Settings(Rollout.Settings rollout, Decoder decoder, List<WeightedReward.Settings> rewards)
            implements DistillationLoss.Settings {
        Settings {
            rewards = List.copyOf(rewards);
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            return new FeedbackLoss(
                    rollout.open(student),
                    decoder.open(student, pretrained),
                    pretrained.model().tokenizer(),
                    rewards.stream().map(reward -> reward.open(student.arena())).toList());
        }
    }

    /**
     * Reads the section {@code feedback}: reward models, and the loss of a segmenter.
     *
     * @param alone whether there is no other loss
     * @param scenes the scenes of the training pictures, if known
     */
    static List<DistillationLoss.Settings> read(Section section, boolean alone, Optional<Dataset<Sample>> scenes) {
        JudgeFolder judges = new JudgeFolder(section.path("judges"));
        Decoder decoder = new Decoder(section.optionalPath("vae"));
        Rollout.Settings rollout = Rollout.Settings.read(section);
        List<WeightedReward.Settings> rewards = new ArrayList<>();
        for (RewardModel model : RewardModel.values()) {
            if (section.has(model.title())) {
                rewards.add(model.read(section.section(model.title()), judges));
            }
        }
        List<DistillationLoss.Settings> losses = new ArrayList<>();
        if (!rewards.isEmpty()) {
            losses.add(new Settings(rollout, decoder, rewards));
        }
        if (section.has("segmentation")) {
            losses.add(SegmentationLoss.Settings.read(section.section("segmentation"), judges, decoder, scenes));
        }
        if (losses.isEmpty()) {
            throw section.invalid(
                    "preference", "is missing, and so are aesthetic, clip and segmentation; name at least one of them");
        }
        if (alone && !section.has("segmentation") && rewards.stream().allMatch(reward -> reward.fromStep() > 1)) {
            throw section.invalid(
                    rewards.getFirst().name() + ".from_step",
                    "is %d, and nothing is trained before it; let one reward begin with step 1"
                            .formatted(rewards.getFirst().fromStep()));
        }
        section.refuseUnread();
        return losses;
    }

    private final Rollout rollout;
    private final Autoencoder autoencoder;
    private final ClipTokenizer tokenizer;
    private final List<WeightedReward> rewards;

    private FeedbackLoss(
            Rollout rollout, Autoencoder autoencoder, ClipTokenizer tokenizer, List<WeightedReward> rewards) {
        this.rollout = rollout;
        this.autoencoder = autoencoder;
        this.tokenizer = tokenizer;
        this.rewards = rewards;
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        List<WeightedReward> present = rewards.stream()
                .filter(reward -> batch.step() >= reward.fromStep())
                .toList();
        if (present.isEmpty()) {
            return List.of();
        }
        Tensor decoded = autoencoder.decode(rollout.draw(batch, random).clean());
        Tensor pixels = decoded.clamp_min(new Scalar(-1.0)).clamp_max(new Scalar(1.0));
        List<String> captions = batch.captions().stream().map(tokenizer::text).toList();
        List<Term> terms = new ArrayList<>();
        for (WeightedReward reward : present) {
            Tensor score = reward.reward().of(pixels, captions);
            terms.add(new Term(reward.name() + " loss", reward.weight(), lacking(score, reward.threshold())));
            terms.add(new Term(reward.name(), 0, score.detach().mean()));
        }
        return terms;
    }

    /** Returns the mean of {@code relu(threshold - score)}. */
    static Tensor lacking(Tensor score, double threshold) {
        return torch.relu(score.neg().add(new Scalar(threshold))).mean();
    }
}
