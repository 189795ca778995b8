package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Range;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.tokenizer.ClipTokenizer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code /v1/explanations}: what options mean, without drawing anything. The page shows by it what it does: the values
 * that presets and the model supply, the tokens of the prompt, and the options in their other forms.
 *
 * <p>Pictures are said by the names that their files shall have. These files are never opened.
 */
public final class ExplanationRoutes {
    private static final int MAX_BYTES = 1 << 16;
    private static final Pattern FILE_NAME = Pattern.compile("[a-z0-9-]{1,40}\\.(png|jpg|webp)");
    private static final Pattern PLAIN_ARGUMENT = Pattern.compile("[A-Za-z0-9_./:,=+-]+");

    private final GenerationQueue queue;
    private volatile Optional<Opened> last = Optional.empty();

    /** A model whose configuration and tokenizers were read, which takes too long to do for every input. */
    private record Opened(ModelSource source, OpenedModel model, List<ClipTokenizer> tokenizers) {}

    /** Makes routes that explain what {@code queue} would draw. */
    public ExplanationRoutes(GenerationQueue queue) {
        this.queue = queue;
    }

    /** Adds the route. */
    public void register(RoutesConfig routes) {
        routes.post("/v1/explanations", this::explain);
    }

    private void explain(Context context) {
        JsonObject body = RequestBody.json(context, MAX_BYTES);
        GenerationOptions options =
                GenerationFields.options(body, ExplanationRoutes::named).build();
        body.refuseUnread();
        ResolvedOptions resolved = queue.explain(withoutPictures(options));
        Opened opened = opened(options.get(Option.MODEL).orElseGet(queue::model));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("settings", settings(resolved.request(), opened.model()));
        answer.put("preset", resolved.preset().map(ExplanationRoutes::describe));
        answer.put(
                "tokens",
                opened.tokenizers().stream()
                        .map(tokenizer -> tokens(resolved.request(), tokenizer))
                        .toList());
        answer.put("warnings", resolved.warnings());
        GenerationOptions exported = exported(options);
        answer.put("command", command(exported));
        answer.put("json", exported.toJson());
        Responses.json(context, answer);
    }

    /** Returns the name of a picture's file. */
    private static PictureSource named(String field, String text) {
        if (!FILE_NAME.matcher(text).matches()) {
            throw new ApiException(
                    ErrorCode.MALFORMED, field + " is the name of a file here, such as drawing.png, not a picture");
        }
        return PictureSource.of(Path.of(text));
    }

    private static GenerationOptions withoutPictures(GenerationOptions options) {
        GenerationOptions.Builder words = options.toBuilder();
        List.of(
                        Option.IMAGE,
                        Option.MASK,
                        Option.EXTEND,
                        Option.STRENGTH,
                        Option.KEPT_STRENGTH,
                        Option.CONTROLS,
                        Option.BACKGROUND)
                .forEach(words::unset);
        return words.build();
    }

    /** Adds what is different elsewhere: the model, its LoRAs, and what steps mean with an original picture. */
    private GenerationOptions exported(GenerationOptions options) {
        GenerationOptions exact = options.has(Option.IMAGE) ? GenerationQueue.withExactSteps(options) : options;
        String model = options.get(Option.MODEL).orElseGet(queue::model);
        GenerationOptions.Builder own = GenerationOptions.builder().model(model);
        queue.registry().target(model).loras().forEach(own::lora);
        return exact.over(own.build());
    }

    private Opened opened(String name) {
        ModelRegistry registry = queue.registry();
        ModelSource source = registry.model(name).exact();
        Opened known = last.filter(opened -> opened.source().equals(source)).orElseGet(() -> {
            OpenedModel model = source.open();
            return new Opened(source, model, model.tokenizers());
        });
        last = Optional.of(known);
        return known;
    }

    private static Map<String, Object> settings(ImageRequest request, OpenedModel model) {
        Sampler sampler = request.sampler().orElseGet(model::sampler);
        Size size = request.pictureSize().orElseGet(() -> new Size(model.nativeSize(), model.nativeSize()));
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("steps", request.steps().count());
        settings.put("guidance", request.guidance().scale());
        settings.put("sampler", sampler.name());
        sampler.optionalEta().ifPresent(eta -> settings.put("eta", eta));
        settings.put("size", size.toString());
        return settings;
    }

    private static Map<String, Object> describe(Preset preset) {
        return Map.of(
                "name", preset.name(),
                "steps", ends(preset.stepRange()),
                "guidance", ends(preset.guidanceRange()));
    }

    private static List<Double> ends(Range range) {
        return List.of(range.least(), range.most());
    }

    /** Counts the tokens of the prompt; in the weighted syntax nothing is cut. */
    private static Map<String, Object> tokens(ImageRequest request, ClipTokenizer tokenizer) {
        String prompt = request.promptOf(0).text();
        boolean isPlain = request.syntax() == PromptSyntax.PLAIN;
        return Map.of(
                "count",
                tokenizer.ids(prompt).size(),
                "most",
                tokenizer.length() - 2,
                "cut",
                isPlain ? tokenizer.encode(prompt).cut() : "");
    }

    /** Returns the options as a command for a shell. */
    private static String command(GenerationOptions options) {
        return options.toArguments().stream()
                .map(ExplanationRoutes::quoted)
                .collect(Collectors.joining(" ", "hypersd generate ", ""));
    }

    private static String quoted(String argument) {
        return PLAIN_ARGUMENT.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
