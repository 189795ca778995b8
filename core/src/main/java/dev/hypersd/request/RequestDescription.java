package dev.hypersd.request;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.preset.Alphas;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.sampler.Sampler;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Describes requests as the parameters of their pictures, from which they can be drawn again: every option has a value,
 * and files are named without their folders.
 */
public final class RequestDescription {
    private RequestDescription() {}

    /**
     * Describes one picture.
     *
     * @param index the number of the picture in the batch of {@code request}
     * @param size the size of the picture, before it is enlarged
     * @param sampler the sampler that draws it
     * @param model the name of the model
     * @param refiner the name of the model's refiner, if there is one
     */
    public static GenerationParameters of(
            ImageRequest request, int index, Size size, Sampler sampler, String model, Optional<String> refiner) {
        GenerationOptions.Builder options = options(request, request.promptOf(index))
                .seed(request.seed() + index)
                .size(size.width(), size.height())
                .sampler(sampler.name())
                .model(model);
        boolean isModels = request.sampler().isEmpty();
        OptionalDouble eta = sampler.optionalEta();
        if (!isModels && eta.isPresent()) {
            options.eta(eta.getAsDouble());
        }
        if (isModels) {
            options.preset(References.NONE);
        }
        GenerationParameters infotext = options.build().toInfotext();
        if (isModels) {
            infotext = infotext.with(InfotextForm.SAMPLER_SOURCE, "model");
        }
        return request.refinerSwitch().isPresent() && refiner.isPresent()
                ? infotext.with("Refiner", refiner.get())
                : infotext;
    }

    private static GenerationOptions.Builder options(ImageRequest request, Prompt prompt) {
        GenerationOptions.Builder options = GenerationOptions.builder()
                .prompt(prompt.text())
                .steps(request.steps().count())
                .guidance(request.guidance().scale());
        prompt.negative().ifPresent(options::negativePrompt);
        prompt.secondText().ifPresent(text -> options.set(Option.PROMPT_2, text));
        prompt.secondNegative().ifPresent(text -> options.set(Option.NEGATIVE_PROMPT_2, text));
        if (!request.steps().timesteps().isEmpty()) {
            options.unset(Option.STEPS).set(Option.TIMESTEPS, request.steps().timesteps());
        }
        request.prediction().ifPresent(type -> options.set(Option.PREDICTION, type));
        if (request.syntax() != PromptSyntax.PLAIN) {
            options.set(Option.PROMPT_SYNTAX, request.syntax());
        }
        if (request.guidance().rescale() > 0) {
            options.set(Option.GUIDANCE_RESCALE, request.guidance().rescale());
        }
        if (request.clipSkip() > 0) {
            options.set(Option.CLIP_SKIP, request.clipSkip());
        }
        if (request.original().isPresent()) {
            options.strength(request.steps().strength() * request.steps().originStrength());
        }
        request.original()
                .map(Original::keptStrength)
                .filter(strength -> strength > 0)
                .ifPresent(strength -> options.set(Option.KEPT_STRENGTH, strength));
        request.hires()
                .ifPresent(
                        pass -> options.set(Option.HIRES, pass.factor()).set(Option.HIRES_STRENGTH, pass.strength()));
        request.refinerSwitch().ifPresent(at -> options.set(Option.REFINER_FROM, at.from()));
        if (request.tiling().isPresent()) {
            options.set(Option.TILED, true);
        }
        request.microConditioning()
                .map(MicroConditioning::positive)
                .ifPresent(framing -> options.set(
                                Option.ORIGINAL_SIZE, List.of(framing.originalWidth(), framing.originalHeight()))
                        .set(Option.CROP, List.of(framing.cropTop(), framing.cropLeft()))
                        .set(Option.TARGET_SIZE, List.of(framing.targetWidth(), framing.targetHeight())));
        request.controls().forEach(control -> options.control(reference(control)));
        describeLoras(request, options);
        if (!request.words().isEmpty()) {
            options.set(
                    Option.EMBEDDINGS,
                    request.words().stream()
                            .map(word -> new EmbeddingReference(
                                    name(word.file()),
                                    Optional.of(word.word()).filter(_ -> !word.equals(LearnedWord.of(word.file())))))
                            .toList());
        }
        return options;
    }

    /** Describes the LoRAs, also that there are none, because a model may come with some. */
    private static void describeLoras(ImageRequest request, GenerationOptions.Builder options) {
        options.set(
                Option.LORAS,
                request.loras().stream()
                        .map(lora -> LoraReference.of(name(lora.file()), lora.weight()))
                        .toList());
        if (request.loras().stream().anyMatch(lora -> lora.fit() == LoraWeight.Fit.PARTIAL)) {
            options.set(Option.LORA_PARTIAL, true);
        }
        request.loras().stream()
                .map(LoraWeight::alphas)
                .filter(alphas -> alphas != Alphas.OWN)
                .findFirst()
                .ifPresent(alphas -> options.set(Option.LORA_ALPHAS, alphas));
    }

    private static ControlNetReference reference(Control control) {
        return new ControlNetReference(
                name(control.network()),
                Optional.empty(),
                Optional.empty(),
                OptionalDouble.of(control.scale()),
                control.from() == 0 ? OptionalDouble.empty() : OptionalDouble.of(control.from()),
                control.to() == 1 ? OptionalDouble.empty() : OptionalDouble.of(control.to()),
                Optional.of(control.mode()).filter(mode -> mode != Control.Mode.BALANCED));
    }

    private static String name(Path file) {
        return String.valueOf(file.toAbsolutePath().normalize().getFileName());
    }
}
