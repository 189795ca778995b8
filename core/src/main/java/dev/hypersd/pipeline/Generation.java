package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.Plan;
import dev.hypersd.sampler.State;
import dev.hypersd.sampler.StepResult;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.GuidanceEmbedding;
import dev.hypersd.vae.Autoencoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One run of the loop: text to conditions, noise to latents step by step, latents to pictures.
 *
 * <p>Runs on the engine's thread; results belong to the scope around the call.
 */
final class Generation {
    private final DiffusionModel model;
    private final ImageRequest request;
    private final Size size;
    private final GenerationListener listener;

    Generation(DiffusionModel model, ImageRequest request, Size size, GenerationListener listener) {
        this.model = model;
        this.request = request;
        this.size = size;
        this.listener = listener;
    }

    /**
     * The latents after the last step of {@code plan}.
     *
     * @param noise asked for the initial noise first, then once in each step that draws noise
     * @return {@code [count, C, H/8, W/8]}
     * @throws GenerationCancelledException if the listener wished so
     */
    Tensor denoise(Plan plan, NoiseSource noise) {
        GuidedDenoiser denoiser = denoiser();
        Tensor start = model.device().place(noise.next(latentShape())).mul(new Scalar(plan.initNoiseSigma()));
        StepResult current = new StepResult(start, start, State.START);
        long began = System.nanoTime();
        for (int i = 0; i < plan.size(); i++) {
            if (listener.isCancelled()) {
                throw new GenerationCancelledException(i, plan.size());
            }
            current = step(denoiser, plan, i, current, noise);
            Tensor estimate = current.x0();
            Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
            listener.onStep(new Step(i + 1, plan.size(), elapsed, () -> Pictures.of(decode(estimate))));
        }
        return current.x();
    }

    /**
     * Decodes latents, one picture after another, because the decoder's activations are what takes most memory.
     *
     * @param latents {@code [count, C, H/8, W/8]}
     * @return {@code [count, 3, H, W]}, about -1 to 1
     */
    Tensor decode(Tensor latents) {
        Autoencoder whole = model.autoencoder();
        Autoencoder decoder = request.tiling().map(whole::tiled).orElse(whole);
        List<Tensor> pictures = LongStream.range(0, latents.size(0))
                .mapToObj(i -> decoder.decode(latents.narrow(0, i, 1)))
                .toList();
        return requireFinite(Tensors.cat(0, pictures), "the decoded picture");
    }

    private long[] latentShape() {
        int channels = model.autoencoder().latentChannels();
        if (model.unet().config().inChannels() != channels) {
            throw new InvalidRequestException(
                    "this U-Net takes %d channels and the latents have %d: it is made for inpainting, which needs a picture and a mask"
                            .formatted(model.unet().config().inChannels(), channels));
        }
        int factor = model.autoencoder().scaleFactor();
        return new long[] {request.count(), channels, size.height() / factor, size.width() / factor};
    }

    /** A U-Net that was distilled with the guidance scale as an input is told it, and needs no negative pass. */
    private GuidedDenoiser denoiser() {
        OptionalInt guidanceInput = model.unet().config().guidanceDimension();
        Guidance guidance = guidanceInput.isPresent() ? Guidance.OFF : request.guidance();
        Conditioning conditioning =
                new PromptEncoder(model, listener::onWarning).encode(request, size, guidance.isOn());
        requireFinite(conditioning.text(), "the encoded prompt");
        if (guidanceInput.isPresent()) {
            float[] w = new float[request.count()];
            Arrays.fill(w, (float) (request.guidance().scale() - 1));
            conditioning = conditioning.withGuidance(
                    GuidanceEmbedding.of(model.device().place(Tensors.of(w, w.length)), guidanceInput.getAsInt()));
        }
        return new GuidedDenoiser(model.unet(), conditioning, guidance);
    }

    private StepResult step(GuidedDenoiser denoiser, Plan plan, int i, StepResult current, NoiseSource noise) {
        return TensorScope.keeping(
                () -> {
                    Tensor input = plan.scaleModelInput(i, current.x());
                    Tensor prediction = denoiser.predict(input, plan.timestep(i));
                    requireFinite(prediction, "the U-Net's prediction in step %d of %d".formatted(i + 1, plan.size()));
                    return plan.step(i, current.x(), prediction, noise, current.state());
                },
                Generation::tensors);
    }

    private static List<Tensor> tensors(StepResult result) {
        List<Tensor> tensors = new ArrayList<>(result.state().remembered());
        tensors.add(result.x());
        tensors.add(result.x0());
        return tensors;
    }

    private static Tensor requireFinite(Tensor tensor, String what) {
        if (!tensor.isfinite().all().item_bool()) {
            throw new HyperSdException(what
                    + " is not finite (NaN or infinity): the weights are broken, a LoRA's weight is far too large, or half precision overflowed;"
                    + " try f32 and no LoRA to see which");
        }
        return tensor;
    }
}
