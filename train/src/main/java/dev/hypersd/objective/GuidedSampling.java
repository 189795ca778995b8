package dev.hypersd.objective;

import static dev.hypersd.tensor.TensorScope.keeping;

import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.StepResult;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

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
     * @param text the conditioning of {@code B} negative prompts if there is guidance, followed by that of the prompts
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
