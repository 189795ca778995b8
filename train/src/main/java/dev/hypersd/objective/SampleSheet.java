package dev.hypersd.objective;

import static dev.hypersd.tensor.TensorScope.keeping;

import dev.hypersd.image.Image;
import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.SeededNoise;
import dev.hypersd.sampler.StepResult;
import dev.hypersd.sampler.Steps;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws pictures for captions with DDIM while a model is trained.
 *
 * @param captions the captions, at least one
 * @param steps the number of denoising steps
 * @param scale the guidance scale
 * @param seed the seed of the noise, so that pictures of different steps can be compared
 */
public record SampleSheet(List<String> captions, int steps, double scale, long seed) {
    private static final int COLUMNS = 6;

    /**
     * Draws the sheet.
     *
     * @param shape of latents, {@code [C, h, w]}
     */
    public Image draw(TunedModel tuned, long... shape) {
        List<Image> images = new ArrayList<>();
        for (int first = 0; first < captions.size(); first += COLUMNS) {
            images.addAll(row(tuned, shape, first));
        }
        List<ContactSheet.Entry> entries = IntStream.range(0, images.size())
                .mapToObj(i -> new ContactSheet.Entry(images.get(i), captions.get(i)))
                .toList();
        return ContactSheet.of(entries, COLUMNS);
    }

    private List<Image> row(TunedModel tuned, long[] shape, int first) {
        LatentDiffusion model = tuned.model();
        List<long[]> ids = captions.subList(first, Math.min(first + COLUMNS, captions.size())).stream()
                .map(model::ids)
                .toList();
        SamplingPlan plan = Samplers.named("ddim").plan(model.schedule(), Steps.of(steps));
        Tensor noise = RandomSource.at(seed, first).normal(ids.size(), shape[0], shape[1], shape[2]);
        List<long[]> asked = new ArrayList<>(scale == 1 ? List.of() : Collections.nCopies(ids.size(), model.ids("")));
        asked.addAll(ids);
        Tensor latents = new GuidedSampling(model.unet().network()::forward, scale)
                .sample(
                        plan,
                        noise,
                        tuned.conditioning(asked, Collections.nCopies(asked.size(), model.whole(shape))),
                        new SeededNoise(seed));
        return ImageTensors.images(model.autoencoder().decode(latents));
    }

    /**
     * Draws with a network that is being trained.
     *
     * @param scale the guidance scale; 1 for a single pass without
     */
    record GuidedSampling(Predictor.Network network, double scale) {
        /**
         * Samples latents from noise.
         *
         * @param noise {@code [B, C, h, w]}, standard normal
         * @param text the conditioning of {@code B} empty captions if there is guidance, followed by that of the
         *     captions
         * @param later provides the noise that the plan draws in its steps
         */
        Tensor sample(SamplingPlan plan, Tensor noise, Conditioning text, NoiseSource later) {
            StepResult current = StepResult.start(noise.mul(new Scalar(plan.initNoiseSigma())));
            for (int i = 0; i < plan.size(); i++) {
                int step = i;
                StepResult before = current;
                current = keeping(
                        () -> plan.step(
                                step,
                                before.x(),
                                predict(plan.scaleModelInput(step, before.x()), plan.timestep(step), text),
                                later,
                                before.history()),
                        StepResult::tensors);
            }
            return current.x();
        }

        private Tensor predict(Tensor latents, double timestep, Conditioning text) {
            Tensor time = Tensors.of(new float[] {(float) timestep}, 1);
            if (scale == 1) {
                return network.forward(latents, time, text);
            }
            long batch = latents.size(0);
            Tensor both = network.forward(Tensors.cat(0, latents, latents), time, text);
            return Tensors.combine(1 - scale, both.narrow(0, 0, batch), scale, both.narrow(0, batch, batch));
        }
    }
}
