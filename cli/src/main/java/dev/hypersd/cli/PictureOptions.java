package dev.hypersd.cli;

import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.HiresPass;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What to draw besides the prompt, and how; what is left out comes from the preset, and without one from the model. */
final class PictureOptions {
    /** What models that are not distilled usually need. */
    private static final int USUAL_STEPS = 25;

    private static final double USUAL_GUIDANCE = 7.5;
    private static final double USUAL_HIRES_STRENGTH = 0.5;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What not to draw; needs guidance above 1.")
    Optional<String> negative = Optional.empty();

    @Option(
            names = "--prompt-syntax",
            paramLabel = "NAME",
            description =
                    "How prompts are read: plain, or weighted, where (word:1.3) and [word] weigh, BREAK divides, and long prompts are taken in parts. Default: plain.")
    Optional<PromptSyntax> syntax = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description =
                    "How a released few-step model wants to be sampled; chosen by the LoRA's file name. \"none\" for no preset.")
    Optional<String> preset = Optional.empty();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "How many denoising steps. Default: the preset's, or 25.")
    Optional<Integer> steps = Optional.empty();

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description = "tcd, lcm, ddim, euler, euler_a, dpmpp_2m, dpmpp_2m_karras or pndm.")
    Optional<String> sampler = Optional.empty();

    @Option(
            names = "--eta",
            paramLabel = "E",
            description = "For tcd (which it implies) and ddim: fresh noise in each step, from 0 to 1.")
    Optional<Double> eta = Optional.empty();

    @Option(
            names = "--guidance",
            paramLabel = "G",
            description = "Classifier-free guidance scale; off at 1 and below. Default: the preset's, or 7.5.")
    Optional<Double> guidance = Optional.empty();

    @Option(names = "--guidance-rescale", paramLabel = "R", description = "Guidance rescale, 0 to 1. Default: 0.")
    Optional<Double> guidanceRescale = Optional.empty();

    @Option(
            names = "--clip-skip",
            paramLabel = "N",
            description = "Leave out so many of the text encoder's last layers. Default: 0.")
    Optional<Integer> clipSkip = Optional.empty();

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the first picture. Default: a random one.")
    Optional<Long> seed = Optional.empty();

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeConverter.class,
            description = "Width and height in pixels, multiples of 8. Default: what the model was trained for.")
    Optional<Size> size = Optional.empty();

    @Option(
            names = "--tiled",
            description = "Decode in tiles of 512 pixels, for pictures whose decoding takes too much memory.")
    boolean tiled;

    @Option(
            names = "--hires",
            paramLabel = "FACTOR",
            description = "Draw so many times larger in a second pass, which adds details to the enlarged picture.")
    Optional<Double> hires = Optional.empty();

    @Option(
            names = "--hires-strength",
            paramLabel = "S",
            description = "How far back the second pass goes, from 0 to 1. Default: 0.5.")
    Optional<Double> hiresStrength = Optional.empty();

    @ArgGroup(validate = false, heading = "%nFrom a picture%n")
    final OriginalOptions from = new OriginalOptions();

    @ArgGroup(exclusive = false, multiplicity = "0..*", heading = "%nControlNet%n")
    private @Nullable List<ControlOption> controls; // null is picocli's way to say that none is given

    /** The request that these options amount to, for one picture. Says on {@code err} which preset is used and what speaks against the rest. */
    ImageRequest request(String text, ModelOptions model, PrintWriter err) {
        Optional<Preset> chosen = choosePreset(model);
        chosen.ifPresent(p -> err.println("preset " + p));
        Prompt prompt = new Prompt(text, negative, Optional.empty(), Optional.empty());
        ImageRequest.Builder request = ImageRequest.of(prompt)
                .syntax(syntax.orElse(PromptSyntax.PLAIN))
                .clipSkip(clipSkip.orElse(0));
        chosen.ifPresent(request::preset);
        sampler(chosen).ifPresent(request::sampler);
        // A preset may choose its timesteps, not only how many.
        steps.filter(count -> chosen.map(p -> p.steps().count() != count).orElse(true))
                .or(() -> chosen.isPresent() ? Optional.empty() : Optional.of(USUAL_STEPS))
                .map(Steps::of)
                .ifPresent(request::steps);
        from.original().ifPresent(original -> request.original(original).strength(from.strength()));
        hires.ifPresent(factor -> request.hires(new HiresPass(factor, hiresStrength.orElse(USUAL_HIRES_STRENGTH))));
        Optional.ofNullable(controls).orElse(List.of()).forEach(option -> request.control(option.control()));
        double scale = guidance.orElse(chosen.map(Preset::guidance).orElse(USUAL_GUIDANCE));
        request.guidance(new Guidance(scale, guidanceRescale.orElse(0.0)));
        size.ifPresent(s -> request.size(s.width(), s.height()));
        model.weights().forEach(request::lora);
        model.words.forEach(request::word);
        if (tiled) {
            request.tiled();
        }
        ImageRequest built = request.build();
        Warnings warnings = new Warnings(err);
        chosen.stream()
                .flatMap(p -> p.warnings(built.steps().count(), scale).stream())
                .forEach(warnings::say);
        if (negative.isPresent() && !built.guidance().isOn()) {
            warnings.say("the negative prompt has no effect: guidance is off");
        }
        return built;
    }

    /** Whether a ControlNet is named. */
    boolean isControlled() {
        return controls != null;
    }

    private Optional<Preset> choosePreset(ModelOptions model) {
        if (preset.isPresent()) {
            return preset.filter(name -> !name.equals("none")).map(Presets::named);
        }
        Stream<Path> files = Stream.of(
                        model.chosenLoras().stream().map(LoraOption::file),
                        model.unet.stream(),
                        Stream.of(model.named()))
                .flatMap(s -> s);
        return files.flatMap(file -> Presets.forFile(file).stream()).findFirst();
    }

    private Optional<Sampler> sampler(Optional<Preset> chosen) {
        Optional<Sampler> base = sampler.map(Samplers::named).or(() -> chosen.map(Preset::sampler));
        return eta.isEmpty()
                ? base
                : base.or(() -> Optional.of(Samplers.named("tcd"))).map(s -> s.withEta(eta.get()));
    }
}
