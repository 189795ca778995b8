package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.Size;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the fields of AUTOMATIC1111's "hires fix", which is a {@link dev.hypersd.request.HiresPass} here. */
final class Automatic1111Hires {
    private static final double USUAL_FACTOR = 2;

    /** The fields of a second pass. Front ends send them even without {@code enable_hr}, when they have no effect. */
    private static final String[] FIELDS = {
        "hr_scale",
        "hr_upscaler",
        "hr_second_pass_steps",
        "hr_resize_x",
        "hr_resize_y",
        "hr_checkpoint_name",
        "hr_sampler_name",
        "hr_scheduler",
        "hr_prompt",
        "hr_negative_prompt",
        "hr_cfg"
    };

    private final JsonObject body;
    private final List<String> warnings;

    /**
     * Creates a reader.
     *
     * @param warnings receives sentences about fields that have no effect
     */
    Automatic1111Hires(JsonObject body, List<String> warnings) {
        this.body = body;
        this.warnings = warnings;
    }

    /**
     * Adds the second pass to {@code options}, if the request asks for one.
     *
     * @param size the size of the first pass, if the request has one
     */
    void read(GenerationOptions.Builder options, Optional<Size> size) {
        double strength = body.number("denoising_strength", 0);
        if (!body.flag("enable_hr", false)) {
            body.ignore(FIELDS);
            return;
        }
        double factor = factor(options, size);
        if (factor <= 1) {
            warnings.add("enable_hr has no effect: a second pass by a factor of %s enlarges nothing".formatted(factor));
            return;
        }
        options.set(Option.HIRES, factor);
        if (strength > 0) {
            options.set(Option.HIRES_STRENGTH, strength);
        }
        String upscaler = body.string("hr_upscaler", "");
        if (!upscaler.isBlank() && !upscaler.toLowerCase(Locale.ROOT).contains("lanczos")) {
            warnings.add("hr_upscaler %s has no effect: pictures are enlarged with Lanczos".formatted(upscaler));
        }
    }

    /**
     * Returns the factor, from the size of the second pass where the request says one. In the older form of requests,
     * width and height are those of the second pass, and the first has a size of its own.
     */
    private double factor(GenerationOptions.Builder options, Optional<Size> size) {
        int firstWidth = body.integer("firstphase_width", 0);
        int firstHeight = body.integer("firstphase_height", 0);
        int width = body.integer("hr_resize_x", 0);
        int height = body.integer("hr_resize_y", 0);
        double scale = body.number("hr_scale", USUAL_FACTOR);
        if (size.isPresent() && firstWidth >= 8 && firstHeight >= 8) {
            Size first = new Size(firstWidth / 8 * 8, firstHeight / 8 * 8);
            options.set(Option.SIZE, first);
            return factor(first, size.get().width(), size.get().height());
        }
        return size.isEmpty() || (width == 0 && height == 0) ? scale : factor(size.get(), width, height);
    }

    /** Returns the factor from {@code first} to a width and a height, of which one may be 0 for any. */
    private double factor(Size first, int width, int height) {
        double byWidth = (double) width / first.width();
        double byHeight = (double) height / first.height();
        if (width > 0 && height > 0 && byWidth != byHeight) {
            warnings.add("the size of the second pass has other proportions than that of the first, which are kept");
        }
        return Math.max(byWidth, byHeight);
    }
}
