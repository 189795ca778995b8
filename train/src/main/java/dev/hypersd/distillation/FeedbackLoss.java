package dev.hypersd.distillation;

import dev.hypersd.data.BatchOrder;
import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.Judge;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.Score;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelPart;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.scene.Sample;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** The number of held-out pictures whose scores are measured. */
    private static final int MEASURED = 64;

    private static final int MEASURED_AT_ONCE = 16;

    /** The reward models in the order of logs: every judge that gives a score. */
    private static final List<Score> REWARD_MODELS =
            Arrays.stream(Score.Kind.values()).map(kind -> new Score(kind, "")).toList();

    private static final double THRESHOLD_OF_LAION = 7;

    /** Returns the usual threshold on the scale of a score. */
    private static double usualThreshold(Score score, JudgeFolder judges) {
        return switch (score.kind()) {
            case CLIP -> 25;
            // Heads that are trained here give scores around 0, that of LAION gives scores from 1 to 10.
            case AESTHETIC ->
                judges.has(Judge.AESTHETIC) && !AestheticJudge.isTrainedHere(judges.of(Judge.AESTHETIC))
                        ? THRESHOLD_OF_LAION
                        : 2;
            case PREFERENCE, IMAGE_REWARD -> 2;
            case PICK_SCORE -> 24;
            case HPS -> 0.3;
        };
    }

    private static WeightedReward.Settings reward(Score score, Section section, JudgeFolder judges) {
        WeightedReward.Settings settings = new WeightedReward.Settings(
                score.key(),
                arena -> judges.open(score, arena),
                section.number("weight", 1, 1e-6, 1e3),
                section.number("threshold", usualThreshold(score, judges), -1e3, 1e3),
                section.count("from_step", 1, 1));
        section.refuseUnread();
        return settings;
    }

    /**
     * A reward model with its weight.
     *
     * @param name the name in logs
     * @param weight the weight of the amount by which a score falls short of the threshold
     * @param threshold the score from which a picture adds no loss, so that good pictures are not optimised towards
     *     errors of the reward model
     * @param fromStep the training step from which the reward is used
     * @param deviation what a shortfall is divided by: the standard deviation of the score of pictures, or 1
     */
    record WeightedReward(
            String name, Reward reward, double weight, double threshold, long fromStep, double deviation) {
        /**
         * The settings of a reward model.
         *
         * @param reward opens the reward model, which the arena owns
         */
        record Settings(
                String name, Function<TensorArena, Reward> reward, double weight, double threshold, long fromStep) {
            WeightedReward open(TensorArena arena, Function<Reward, Double> deviation) {
                Reward opened = reward.apply(arena);
                return new WeightedReward(name, opened, weight, threshold, fromStep, deviation.apply(opened));
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

    /**
     * The section {@code feedback} of a recipe, with its reward models.
     *
     * @param normalise whether scores are measured in standard deviations, so that weights of different reward models
     *     can be compared
     * @param every the number of training steps of which one has feedback
     */
    record Settings(
            Rollout.Settings rollout,
            Decoder decoder,
            boolean normalise,
            int every,
            List<WeightedReward.Settings> rewards)
            implements DistillationLoss.Settings {
        Settings {
            rewards = List.copyOf(rewards);
        }

        /** Creates settings of scores as they are, in every step. */
        Settings(Rollout.Settings rollout, Decoder decoder, List<WeightedReward.Settings> rewards) {
            this(rollout, decoder, false, 1, rewards);
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            Autoencoder autoencoder = decoder.open(student, pretrained);
            ClipTokenizer tokenizer = pretrained.model().tokenizer();
            Function<Reward, Double> deviation = normalise
                    ? reward -> deviation(reward, autoencoder, tokenizer, pretrained.heldOut())
                    : reward -> 1.0;
            return new FeedbackLoss(
                    this,
                    rollout.open(student),
                    autoencoder,
                    tokenizer,
                    rewards.stream()
                            .map(reward -> reward.open(student.arena(), deviation))
                            .toList());
        }
    }

    /** Returns the standard deviation of the scores of held-out pictures, of {@value #MEASURED} at most. */
    private static double deviation(
            Reward reward, Autoencoder autoencoder, ClipTokenizer tokenizer, LatentCache heldOut) {
        int count = (int) Math.min(heldOut.size(), MEASURED);
        return Engine.infer(() -> {
            List<Tensor> scores = new ArrayList<>();
            BatchOrder.groups(heldOut.part(0, count)).values().forEach(numbers -> {
                for (int first = 0; first < numbers.length; first += MEASURED_AT_ONCE) {
                    int end = Math.min(first + MEASURED_AT_ONCE, numbers.length);
                    List<LatentSample> samples = Arrays.stream(numbers, first, end)
                            .mapToObj(heldOut::get)
                            .toList();
                    scores.add(TensorScope.scoped(() -> score(reward, autoencoder, tokenizer, samples)));
                }
            });
            double deviation = Tensors.cat(0, scores).std().item_double();
            if (!(deviation > 0)) {
                throw new InvalidRequestException(
                        ("distillation.feedback.normalise divides by the standard deviation of scores, and %d held-out"
                                        + " pictures have the deviation %s")
                                .formatted(count, deviation));
            }
            return deviation;
        });
    }

    private static Tensor score(
            Reward reward, Autoencoder autoencoder, ClipTokenizer tokenizer, List<LatentSample> samples) {
        Tensor pixels = pixels(autoencoder, LatentSample.latents(samples));
        return reward.of(
                pixels,
                samples.stream().map(sample -> tokenizer.text(sample.ids())).toList());
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
        Rollout.Settings rollout = Rollout.Settings.read(section, Rollout.Trained.LAST_HALF);
        List<WeightedReward.Settings> rewards = new ArrayList<>();
        for (Score score : REWARD_MODELS) {
            if (section.has(score.key())) {
                rewards.add(reward(score, section.section(score.key()), judges));
            }
        }
        List<DistillationLoss.Settings> losses = new ArrayList<>();
        if (!rewards.isEmpty()) {
            losses.add(new Settings(
                    rollout, decoder, section.flag("normalise", false), section.count("every", 1, 1), rewards));
        }
        if (section.has("segmentation")) {
            losses.add(SegmentationLoss.Settings.read(section.section("segmentation"), judges, decoder, scenes));
        }
        if (losses.isEmpty()) {
            throw section.invalid(
                    "preference",
                    "is missing, and so are aesthetic, clip, image-reward, pick-score, hps and segmentation; name at "
                            + "least one of them");
        }
        if (alone && section.count("every", 1, 1) > 1) {
            throw section.invalid("every", "is above 1, and without another loss nothing is trained in between");
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

    private final Settings settings;
    private final Rollout rollout;
    private final Autoencoder autoencoder;
    private final ClipTokenizer tokenizer;
    private final List<WeightedReward> rewards;

    private FeedbackLoss(
            Settings settings,
            Rollout rollout,
            Autoencoder autoencoder,
            ClipTokenizer tokenizer,
            List<WeightedReward> rewards) {
        this.settings = settings;
        this.rollout = rollout;
        this.autoencoder = autoencoder;
        this.tokenizer = tokenizer;
        this.rewards = rewards;
    }

    @Override
    public Task task() {
        return Task.DRAWING;
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        List<WeightedReward> present = rewards.stream()
                .filter(reward -> batch.step() >= reward.fromStep())
                .toList();
        if (present.isEmpty() || batch.step() % settings.every() != 0) {
            return List.of();
        }
        Tensor pixels = pixels(autoencoder, batch.drawn(rollout, random).clean());
        List<String> captions = batch.captions().stream().map(tokenizer::text).toList();
        List<Term> terms = new ArrayList<>();
        for (WeightedReward reward : present) {
            Tensor score = reward.reward().of(pixels, captions);
            double weight = reward.weight() / reward.deviation();
            terms.add(new Term(reward.name() + " loss", weight, lacking(score, reward.threshold())));
            terms.add(new Term(reward.name(), 0, score.detach().mean()));
        }
        return terms;
    }

    /** Decodes latents to pixels from -1 to 1; where a pixel would be beyond, it has no gradient. */
    static Tensor pixels(Autoencoder autoencoder, Tensor latents) {
        return autoencoder.decode(latents).clamp_min(new Scalar(-1.0)).clamp_max(new Scalar(1.0));
    }

    /** Returns the mean of {@code relu(threshold - score)}. */
    static Tensor lacking(Tensor score, double threshold) {
        return torch.relu(score.neg().add(new Scalar(threshold))).mean();
    }
}
