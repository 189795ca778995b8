package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import dev.hypersd.vae.Autoencoder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Human feedback (Ren et al., 2024, equation 13): what the student's pictures lack to please reward models. Gradients go from the reward through
 * the decoder and one call of the student's network, never through earlier steps (Xu et al., 2023).
 */
final class FeedbackLoss implements StudentLoss {
    private final Rollout rollout;
    private final Autoencoder autoencoder;
    private final ClipTokenizer tokenizer;
    private final List<WeightedReward> rewards;

    FeedbackLoss(Rollout rollout, Autoencoder autoencoder, ClipTokenizer tokenizer, List<WeightedReward> rewards) {
        this.rollout = rollout;
        this.autoencoder = autoencoder;
        this.tokenizer = tokenizer;
        this.rewards = List.copyOf(rewards);
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Tensor decoded = autoencoder.decode(rollout.draw(batch, random).clean());
        Tensor pixels = decoded.clamp_min(new Scalar(-1.0)).clamp_max(new Scalar(1.0));
        List<String> captions = batch.ids().stream().map(tokenizer::text).toList();
        List<Term> terms = new ArrayList<>();
        for (WeightedReward rewarded : rewards) {
            Tensor score = rewarded.reward().of(pixels, captions);
            Tensor lacking = torch.relu(score.neg().add(new Scalar(rewarded.threshold())))
                    .mean();
            terms.add(new Term(rewarded.name() + " lacking", rewarded.weight(), lacking));
            terms.add(new Term(rewarded.name(), 0, score.detach().mean()));
        }
        return terms;
    }

    @Override
    public List<Learner<LatentSample>> auxiliaryLearners() {
        return List.of();
    }
}
