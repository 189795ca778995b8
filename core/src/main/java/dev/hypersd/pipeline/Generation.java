package dev.hypersd.pipeline;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Resampling;
import dev.hypersd.model.Denoiser;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.model.TextEncoder;
import dev.hypersd.nn.Adapters;
import dev.hypersd.pipeline.GuidedDenoiser.ActiveControl;
import dev.hypersd.pipeline.LatentPreparation.PreparedLatents;
import dev.hypersd.request.Control;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.StepResult;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.vae.Autoencoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * One run of the sampling loop: prompts are encoded, noise is denoised step by step, latents are decoded.
 *
 * <p>Runs on the engine's thread; results belong to the scope around the call.
 */
final class Generation {
    private final DiffusionModel model;
    private final ImageRequest request;
    private final Size size;
    private final List<ControlNet> networks;
    private final PromptCache texts;
    private final GenerationListener listener;

    /**
     * Prepares a run.
     *
     * @param networks the networks of the request's controls, in their order
     * @param texts the cache of encoded prompts of this model
     */
    Generation(
            DiffusionModel model,
            ImageRequest request,
            Size size,
            List<ControlNet> networks,
            PromptCache texts,
            GenerationListener listener) {
        this.model = model;
        this.request = request;
        this.size = size;
        this.networks = networks;
        this.texts = texts;
        this.listener = listener;
    }

    /**
     * Denoises latents in all steps of {@code plan}.
     *
     * @param noise provides the noise of the start first, then of each step that adds noise
     * @return the latents after the last step, {@code [count, C, H/8, W/8]}
     */
    Tensor denoise(SamplingPlan plan, NoiseSource noise) {
        return denoise(plan, preparation(plan, noise).prepare(), noise);
    }

    /** Creates the preparation of the initial latents with {@code noise}. */
    LatentPreparation preparation(SamplingPlan plan, NoiseSource noise) {
        return new LatentPreparation(model, request, size, plan, noise);
    }

    /** Denoises latents as {@link #denoise(SamplingPlan, NoiseSource)} does, from latents that are prepared already. */
    Tensor denoise(SamplingPlan plan, PreparedLatents prepared, NoiseSource noise) {
        Relay relay = relay(plan, prepared);
        StepResult current = StepResult.start(prepared.start());
        long began = System.nanoTime();
        try {
            for (int i = 0; i < plan.size(); i++) {
                current = step(relay.in(i), prepared, plan, i, current, noise);
                Tensor estimate = current.x0();
                Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
                listener.onStep(new Step(i + 1, plan.size(), elapsed, () -> ImageTensors.images(decode(estimate))));
            }
        } finally {
            // The decoder needs the room more: the U-Net's weights and the decoder's activations together would be the
            // peak of a large model.
            model.denoiser().evictPages();
            model.refiner().ifPresent(Denoiser::evictPages);
        }
        return current.x();
    }

    /**
     * Decodes latents one picture after another, because the decoder's activations take the most memory.
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

    /**
     * The networks that predict the noise in turn: the model, then its refiner.
     *
     * @param handover the first step of {@code last}
     */
    private record Relay(GuidedDenoiser first, int handover, GuidedDenoiser last) {
        GuidedDenoiser in(int step) {
            return step < handover ? first : last;
        }
    }

    private Relay relay(SamplingPlan plan, PreparedLatents prepared) {
        GuidedDenoiser first = guided(model.denoiser(), controls(), prepared.inpaintingChannels());
        return request.refinerSwitch()
                .map(refinement -> new Relay(
                        first,
                        refinement.firstStep(plan, model.schedule().trainTimesteps()),
                        guided(model.refiner().orElseThrow(), List.of(), Optional.empty())))
                .orElse(new Relay(first, plan.size(), first));
    }

    /**
     * Creates the guided U-Net. A U-Net that was distilled with the guidance scale as an input gets it as such and
     * needs no negative pass.
     */
    private GuidedDenoiser guided(
            Denoiser denoiser, List<ActiveControl> controls, Optional<Tensor> inpaintingChannels) {
        OptionalInt guidanceInput = denoiser.unet().config().guidanceDimension();
        Guidance guidance = guidanceInput.isPresent() ? Guidance.OFF : request.guidance();
        Conditioning conditioning = conditioning(denoiser, guidance.isOn());
        requireFinite(conditioning.text(), "the encoded prompt");
        if (guidanceInput.isPresent()) {
            float[] w = new float[request.count()];
            Arrays.fill(w, (float) (request.guidance().scale() - 1));
            conditioning = conditioning.withGuidance(Conditioning.guidanceEmbedding(
                    model.device().place(Tensors.of(w, w.length)), guidanceInput.getAsInt()));
        }
        return new GuidedDenoiser(denoiser.unet(), conditioning, guidance, controls, inpaintingChannels);
    }

    /**
     * Encodes the prompts of the request. The result is cached, except with textual inversion embeddings, whose files
     * may change.
     */
    private Conditioning conditioning(Denoiser denoiser, boolean guided) {
        if (!request.words().isEmpty()) {
            return encode(denoiser, guided, listener::onWarning);
        }
        PromptCache.Key key = new PromptCache.Key(
                Adapters.active(),
                IntStream.range(0, request.count()).mapToObj(request::promptOf).toList(),
                request.syntax(),
                request.clipSkip(),
                guided,
                size,
                request.microConditioning());
        return texts.of(denoiser, key, listener::onWarning, warnings -> encode(denoiser, guided, warnings));
    }

    private Conditioning encode(Denoiser denoiser, boolean guided, BiConsumer<String, Set<Integer>> warnings) {
        List<TextEncoder> encoders = denoiser.textEncoders(request.wordFiles());
        Conditioning conditioning =
                new PromptEncoder(denoiser, encoders, request.syntax(), warnings).encode(request, size, guided);
        denoiser.evictTextEncoders();
        return conditioning;
    }

    /** Loads the ControlNets and embeds their pictures, once for all steps. */
    private List<ActiveControl> controls() {
        List<ActiveControl> controls = new ArrayList<>();
        for (int i = 0; i < networks.size(); i++) {
            Control control = request.controls().get(i);
            Tensor picture = model.device()
                    .place(ImageTensors.zeroToOne(
                            List.of(control.picture().resize(size.width(), size.height(), Resampling.LANCZOS))));
            controls.add(
                    new ActiveControl(control, networks.get(i), networks.get(i).embed(picture)));
        }
        return controls;
    }

    private StepResult step(
            GuidedDenoiser denoiser,
            PreparedLatents prepared,
            SamplingPlan plan,
            int i,
            StepResult current,
            NoiseSource noise) {
        return TensorScope.keeping(
                () -> {
                    Tensor prediction = denoiser.predict(plan, i, current.x());
                    requireFinite(prediction, "the U-Net's prediction in step %d of %d".formatted(i + 1, plan.size()));
                    StepResult next = plan.step(i, current.x(), prediction, noise, current.history());
                    return new StepResult(prepared.after(plan, i, next.x()), next.x0(), next.history());
                },
                StepResult::tensors);
    }

    private static Tensor requireFinite(Tensor tensor, String what) {
        if (!tensor.isfinite().all().item_bool()) {
            throw new InvalidRequestException(what
                    + " is not finite (NaN or infinity): the weights are broken, a LoRA's weight is far too large, "
                    + "a factor such as the guidance scale is, "
                    + "or half precision overflowed; try f32, no LoRA and usual factors to see which");
        }
        return tensor;
    }
}
