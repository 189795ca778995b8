package dev.hypersd.serve.api;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.ReadInfotext;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a request to draw from the fields of AUTOMATIC1111's API. An absent field has the value of the model's preset,
 * not the default of AUTOMATIC1111.
 */
final class Automatic1111Request {
    /** The strength that is used for 0: one step from a low noise level, as in AUTOMATIC1111. */
    private static final double LEAST_STRENGTH = 0.02;

    private static final int USUAL_SIDE = 512;
    private static final int CROP = 1;

    /** Settings for one request that are not implemented, with the values that need no warning. */
    private static final Map<String, List<Object>> SETTINGS_WITHOUT_EFFECT = Map.of(
            "sd_vae", List.of("Automatic", "None"),
            "samples_format", List.of("png"),
            "eta_noise_seed_delta", List.of());

    private final JsonObject body;
    private final RequestMemory.Reservation memory;
    private final GenerationOptions.Builder options;
    private final List<String> warnings = new ArrayList<>();

    private Automatic1111Request(JsonObject body, RequestMemory.Reservation memory) {
        this.body = body;
        this.memory = memory;
        this.options = infotext().toBuilder();
    }

    /** Reads a request to {@code txt2img}. */
    static ClientRequest textToImage(JsonObject body, RequestMemory.Reservation memory) {
        Automatic1111Request request = new Automatic1111Request(body, memory);
        request.readText(Optional.empty());
        Optional<Size> size = request.readSize();
        new Automatic1111Hires(body, request.warnings).read(request.options, size);
        return request.finished();
    }

    /** Reads a request to {@code img2img}. */
    static ClientRequest imageToImage(JsonObject body, RequestMemory.Reservation memory) {
        Automatic1111Request request = new Automatic1111Request(body, memory);
        List<String> pictures = body.strings("init_images", List.of());
        if (pictures.isEmpty()) {
            throw new ApiException(ErrorCode.MALFORMED, "init_images holds no image");
        }
        if (pictures.size() > 1) {
            request.warnings.add("only the first of %d init_images is drawn from".formatted(pictures.size()));
        }
        Image original = UploadedImages.base64("init_images", pictures.getFirst(), memory);
        request.readText(Optional.of(original));
        request.readOriginal(original, request.readSize());
        return request.finished();
    }

    private ClientRequest finished() {
        warnings.addAll(FieldWarnings.of(body, Automatic1111Fields.WITHOUT_EFFECT));
        return new ClientRequest(options.build(), warnings);
    }

    /** Reads the field {@code infotext}; other fields of the request take precedence over its settings. */
    private GenerationOptions infotext() {
        Optional<ReadInfotext> read = body.optionalString("infotext")
                .filter(text -> !text.isBlank())
                .map(GenerationParameters::parse)
                .map(ReadInfotext::of);
        read.map(ReadInfotext::warnings).ifPresent(warnings::addAll);
        return read.map(ReadInfotext::options).orElse(GenerationOptions.NONE);
    }

    private void readText(Optional<Image> original) {
        String prompt = body.string("prompt", "");
        if (!prompt.isEmpty() || !options.build().has(Option.PROMPT)) {
            options.prompt(prompt);
        }
        body.optionalString("negative_prompt").filter(text -> !text.isBlank()).ifPresent(options::negativePrompt);
        body.strings("styles", List.of()).stream()
                .filter(style -> !style.isBlank())
                .forEach(style -> warnings.add("the style %s is unknown: this server has no styles"
                        .formatted(FieldWarnings.shortened(style))));
        if (!options.build().has(Option.SEED) || (body.has("seed") && !body.isNegative("seed"))) {
            options.seed(GenerationFields.seed(body));
        }
        options.count(count());
        readSampler();
        if (body.has("steps")) {
            options.unset(Option.TIMESTEPS).steps(body.integer("steps", 1));
        }
        if (body.has("cfg_scale")) {
            options.guidance(body.number("cfg_scale", 1));
        }
        body.object("override_settings").ifPresent(this::readSettings);
        if (!body.flag("override_settings_restore_afterwards", true)) {
            warnings.add("override_settings_restore_afterwards has no effect: settings are those of one request");
        }
        body.object("alwayson_scripts")
                .ifPresent(scripts -> new Automatic1111Units(memory, original, warnings).read(scripts, options));
    }

    private int count() {
        long count = (long) body.integer("batch_size", 1) * body.integer("n_iter", 1);
        return (int) Math.clamp(count, -1L, (long) Integer.MAX_VALUE);
    }

    /** Reads the name of the sampler, its schedule, for which newer front ends have a field of its own, and its eta. */
    private void readSampler() {
        String title = body.optionalString("sampler_name")
                .or(() -> body.optionalString("sampler_index"))
                .orElse("")
                .strip();
        var _ = body.has("sampler_index");
        String schedule = body.string("scheduler", "").strip();
        Optional<Sampler> known = Samplers.titled(title);
        if (!title.isEmpty()) {
            Optional<Sampler> both = Samplers.titled(title, schedule);
            if (both.isEmpty() && known.isPresent()) {
                warnings.add("scheduler %s has no effect: %s has no such schedule here".formatted(schedule, title));
            }
            options.sampler(both.or(() -> known).map(Sampler::name).orElse(title.toLowerCase(Locale.ROOT)));
        } else if (!Samplers.isUsualSchedule(schedule)) {
            warnings.add("scheduler %s has no effect without sampler_name".formatted(schedule));
        }
        if (body.has("eta")) {
            if (known.filter(sampler -> sampler.optionalEta().isEmpty()).isEmpty()) {
                options.eta(body.number("eta", 0));
            } else if (!body.isEmpty("eta")) {
                warnings.add("eta has no effect: %s has none".formatted(title));
            }
        }
    }

    /** Reads the size, each side rounded down to a multiple of 8, as AUTOMATIC1111 does. */
    private Optional<Size> readSize() {
        if (!body.has("width") && !body.has("height")) {
            return options.build().get(Option.SIZE);
        }
        Size size = new Size(side("width"), side("height"));
        options.set(Option.SIZE, size);
        return Optional.of(size);
    }

    private int side(String field) {
        int asked = body.integer(field, USUAL_SIDE);
        int side = asked < 8 ? asked : asked / 8 * 8;
        if (side != asked) {
            warnings.add("%s %d is rounded to %d, a multiple of 8".formatted(field, asked, side));
        }
        return side;
    }

    private void readSettings(JsonObject settings) {
        settings.optionalString("sd_model_checkpoint")
                .filter(name -> !name.isBlank())
                .ifPresent(options::model);
        if (settings.has("CLIP_stop_at_last_layers")) {
            options.set(Option.CLIP_SKIP, Math.max(1, settings.integer("CLIP_stop_at_last_layers", 1)) - 1);
        }
        FieldWarnings.of(settings, SETTINGS_WITHOUT_EFFECT)
                .forEach(warning -> warnings.add("override_settings." + warning));
    }

    private void readOriginal(Image original, Optional<Size> size) {
        Optional<Image> mask = body.optionalString("mask")
                .filter(text -> !text.isBlank())
                .map(text -> UploadedImages.base64("mask", text, memory));
        boolean isInverted = !body.isEmpty("inpainting_mask_invert");
        boolean isCropped = body.integer("resize_mode", 0) == CROP;
        options.image(PictureSource.of(isCropped ? cropped(original, size) : original));
        mask.map(m -> isInverted ? UploadedImages.inverted(m) : m)
                .map(m -> isCropped ? cropped(m, size) : m)
                .ifPresent(m -> options.mask(PictureSource.of(m)));
        if (body.integer("resize_mode", 0) > CROP) {
            warnings.add("resize_mode %d has no effect: the picture is stretched to the size"
                    .formatted(body.integer("resize_mode", 0)));
        }
        if (body.has("denoising_strength")) {
            readStrength(body.number("denoising_strength", 1));
        }
    }

    private void readStrength(double strength) {
        if (strength == 0) {
            options.strength(LEAST_STRENGTH).unset(Option.TIMESTEPS).steps(1);
            warnings.add("denoising_strength 0 is drawn as %s, in one step".formatted(LEAST_STRENGTH));
        } else {
            options.strength(strength);
        }
    }

    /** Crops a picture at two sides to the proportions of {@code size}. */
    private static Image cropped(Image picture, Optional<Size> size) {
        if (size.isEmpty()) {
            return picture;
        }
        double proportion = (double) size.get().width() / size.get().height();
        int width = Math.clamp(Math.round(picture.height() * proportion), 1, picture.width());
        int height = Math.clamp(Math.round(picture.width() / proportion), 1, picture.height());
        return picture.crop((picture.width() - width) / 2, (picture.height() - height) / 2, width, height);
    }
}
