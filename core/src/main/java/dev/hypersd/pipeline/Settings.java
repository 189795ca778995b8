package dev.hypersd.pipeline;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.model.ModelSource;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.Control;
import dev.hypersd.request.HiresPass;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.SamplingPlan;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What is written into a picture so that it can be drawn again, in the words that other tools use. */
final class Settings {
    private Settings() {}

    /**
     * @param index number of the picture in the batch of {@code request}
     * @param model where the model is from
     */
    static GenerationParameters of(ImageRequest request, int index, Size size, SamplingPlan plan, ModelSource model) {
        Prompt prompt = request.promptOf(index);
        GenerationParameters parameters = GenerationParameters.of(
                        prompt.text(), prompt.negative().orElse(""))
                .with("Steps", request.steps().count())
                .with("Sampler", plan.sampler())
                .with("CFG scale", number(request.guidance().scale()))
                .with("Seed", request.seed() + index)
                .with("Size", size)
                .with("Model", name(model.directory()));
        if (request.sampler().isEmpty()) {
            parameters = parameters.with("Sampler source", "model");
        }
        OptionalDouble eta = request.sampler().map(Sampler::optionalEta).orElse(OptionalDouble.empty());
        if (eta.isPresent() && eta.getAsDouble() > 0) {
            parameters = parameters.with("Eta", number(eta.getAsDouble()));
        }
        if (request.syntax() != PromptSyntax.PLAIN) {
            parameters =
                    parameters.with("Prompt syntax", request.syntax().name().toLowerCase(Locale.ROOT));
        }
        if (request.guidance().rescale() > 0) {
            parameters =
                    parameters.with("CFG rescale", number(request.guidance().rescale()));
        }
        if (request.clipSkip() > 0) {
            // The convention counts from 1: the last layer's output is "skip 1".
            parameters = parameters.with("Clip skip", request.clipSkip() + 1);
        }
        if (request.original().isPresent()) {
            parameters =
                    parameters.with("Denoising strength", number(request.steps().strength()));
        }
        for (int i = 0; i < request.controls().size(); i++) {
            parameters = parameters.with(
                    "ControlNet " + i, describe(request.controls().get(i)));
        }
        if (request.refinerSwitch().isPresent()) {
            parameters = parameters
                    .with(
                            "Refiner",
                            name(model.options().refiner().orElseThrow().path()))
                    .with(
                            "Refiner switch at",
                            number(request.refinerSwitch().get().from()));
        }
        if (request.hires().isPresent()) {
            HiresPass pass = request.hires().get();
            parameters = parameters
                    .with("Hires upscale", number(pass.factor()))
                    .with("Hires strength", number(pass.strength()));
        }
        if (!request.loras().isEmpty()) {
            parameters = parameters.with(
                    "Loras",
                    request.loras().stream()
                            .map(lora -> lora.file().getFileName() + ":" + number(lora.weight()))
                            .collect(Collectors.joining(", ")));
        }
        if (!request.words().isEmpty()) {
            parameters = parameters.with(
                    "Embeddings",
                    request.words().stream().map(LearnedWord::word).collect(Collectors.joining(", ")));
        }
        return parameters;
    }

    private static Path name(Path path) {
        return path.toAbsolutePath().normalize().getFileName();
    }

    private static String describe(Control control) {
        return "%s, scale %s, from %s to %s, %s"
                .formatted(
                        control.network().getFileName(),
                        number(control.scale()),
                        number(control.from()),
                        number(control.to()),
                        control.mode().name().toLowerCase(Locale.ROOT));
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
