package dev.hypersd.objective;

import dev.hypersd.image.Image;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.SeededNoise;
import dev.hypersd.sampler.Steps;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A sample picture, which is drawn with DDIM while a model is trained.
 *
 * @param prompt what it shows
 * @param negativePrompt what guidance leads away from; without guidance it has no effect
 * @param steps the number of denoising steps
 * @param guidance the guidance scale; 1 for a single pass without
 * @param seed the seed of the noise, so that pictures of different training steps can be compared
 */
public record SamplePrompt(String prompt, String negativePrompt, int steps, double guidance, long seed) {
    /** Returns the texts that are encoded for the picture. */
    public Stream<String> texts() {
        return Stream.of(prompt, negativePrompt);
    }

    /**
     * Draws the picture.
     *
     * @param shape of latents, {@code [C, h, w]}
     */
    Image draw(TunedModel tuned, long... shape) {
        LatentDiffusion model = tuned.model();
        List<long[]> asked = (guidance == 1 ? Stream.of(prompt) : Stream.of(negativePrompt, prompt))
                .map(model::ids)
                .toList();
        Conditioning text = tuned.conditioning(asked, Collections.nCopies(asked.size(), model.whole(shape)));
        SamplingPlan plan = Samplers.named("ddim").plan(model.schedule(), Steps.of(steps));
        Tensor noise = RandomSource.at(seed, 0).normal(1, shape[0], shape[1], shape[2]);
        Tensor latents = new GuidedSampling(model.unet().network()::forward, guidance)
                .sample(plan, noise, text, new SeededNoise(seed));
        return ImageTensors.images(model.autoencoder().decode(latents)).getFirst();
    }
}
