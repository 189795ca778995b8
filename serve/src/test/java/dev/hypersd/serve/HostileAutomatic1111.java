package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.posting;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Hostile fields of AUTOMATIC1111's API, of its ControlNet extension, and of what pictures say of themselves. */
final class HostileAutomatic1111 {
    private static final String TEXT = "/sdapi/v1/txt2img";
    private static final String PICTURE = "/sdapi/v1/img2img";
    private static final String EXTRAS = "/sdapi/v1/extra-single-image";
    private static final String SMALL = "\"prompt\": \"a\", \"width\": 64, \"height\": 64, \"steps\": 1";

    private HostileAutomatic1111() {}

    static Stream<HostileRequest> all() {
        return Stream.of(numbers(), names(), pictures(), units(), settings(), infotexts())
                .flatMap(list -> list);
    }

    private static Stream<HostileRequest> numbers() {
        return Stream.of(
                text(
                        "an infinite guidance scale",
                        "\"cfg_scale\": Infinity",
                        400,
                        "request: cfg_scale must be a number, not"),
                text(
                        "a guidance scale that is an infinity in words",
                        "\"cfg_scale\": \"-Infinity\"",
                        400,
                        "cfg_scale must be a number"),
                text(
                        "a guidance scale of 1e308",
                        "\"cfg_scale\": 1e308",
                        400,
                        "guidance scale must be a number from 0"),
                text(
                        "a guidance scale of 1e999 in words",
                        "\"cfg_scale\": \"1e999\"",
                        400,
                        "cfg_scale must be a number"),
                text("a negative zero as guidance scale", "\"cfg_scale\": -0.0", 200, "\"images\""),
                text("steps in words with a fraction", "\"steps\": \"1.5\"", 400, "steps must be a whole number"),
                text(
                        "more pictures than whole numbers count",
                        "\"batch_size\": 65536, \"n_iter\": 65536",
                        400,
                        "pictures at once"),
                text(
                        "a negative number of pictures",
                        "\"batch_size\": -1, \"n_iter\": 2147483647",
                        400,
                        "pictures cannot be"),
                text("a width below zero", "\"width\": -2147483648", 400, "width must"),
                text("a width beyond all", "\"width\": 2147483647", 400, "width must"),
                text("a seed of 60 digits", "\"seed\": " + "9".repeat(60), 400, "seed must be a whole number"),
                text("a seed of minus 60 digits", "\"seed\": -" + "9".repeat(60), 200, "\"images\""),
                text("an eta that is NaN", "\"sampler_name\": \"DDIM\", \"eta\": NaN", 400, "eta must be a number"),
                text(
                        "a second pass by NaN",
                        "\"enable_hr\": true, \"hr_scale\": NaN",
                        400,
                        "hr_scale must be a number"),
                text("a second pass by 1e308", "\"enable_hr\": true, \"hr_scale\": 1e308", 400, "factor above 1"),
                text(
                        "a second pass to 2^31 - 1 pixels",
                        "\"enable_hr\": true, \"hr_resize_x\": 2147483647",
                        400,
                        "factor above 1"),
                text(
                        "a second pass with an infinite strength",
                        "\"enable_hr\": true, \"denoising_strength\": Infinity",
                        400,
                        "denoising_strength must be a number"),
                image(
                        "a strength of 5e-324",
                        "\"denoising_strength\": 5e-324",
                        400,
                        "a strength of 4.9E-324, whose whole schedule has 2147483647 steps"),
                image("a strength of 1e308", "\"denoising_strength\": 1e308", 400, "strength must be above 0"),
                image(
                        "a resize mode beyond whole numbers",
                        "\"resize_mode\": 99999999999",
                        400,
                        "resize_mode must be a whole number"));
    }

    private static Stream<HostileRequest> names() {
        return Stream.of(
                text(
                        "a sampler that is half of a surrogate pair",
                        "\"sampler_name\": \"\\ud800\"",
                        400,
                        "there is no sampler"),
                text(
                        "a sampler of control characters",
                        "\"sampler_name\": \"\\u0000\\u001b[2J\\u0085\\n\\r\"",
                        400,
                        "there is no sampler"),
                text(
                        "a sampler of 100,000 letters",
                        "\"sampler_name\": \"" + "e".repeat(100_000) + "\"",
                        400,
                        "there is no sampler"),
                text(
                        "a sampler of 20,000 folders",
                        "\"sampler_name\": \"" + "/a".repeat(20_000) + "\"",
                        400,
                        "there is no sampler"),
                text(
                        "a sampler of 3,000 backslashes",
                        "\"sampler_name\": \"" + "\\\\".repeat(3000) + "\"",
                        400,
                        "there is no sampler"),
                text(
                        "a schedule that forges a header",
                        "\"sampler_name\": \"Euler\", \"scheduler\": \"x\\r\\nSet-Cookie: a=b\"",
                        200,
                        "\"images\""),
                text("styles that are no list", "\"styles\": {\"a\": 1}", 400, "styles must be a list"),
                text(
                        "unknown fields of halves of surrogate pairs",
                        "\"\\udc00\": 1, \"\\ud83d\\ud83d\": 2",
                        400,
                        "is not valid JSON"),
                text(
                        "a name of an unknown field that is cut within a surrogate pair",
                        "\"" + "a".repeat(39) + "\\ud83d\\ude00" + "\": 1",
                        200,
                        "\"images\""));
    }

    private static Stream<HostileRequest> pictures() {
        String wide = TinyServer.base64(1000, 1);
        return Stream.of(
                posting("no original picture", PICTURE, "{" + SMALL + "}", 400, "init_images holds no image"),
                posting(
                        "an original picture that is null",
                        PICTURE,
                        "{" + SMALL + ", \"init_images\": [null]}",
                        415,
                        "init_images is neither"),
                posting(
                        "an original picture within lists",
                        PICTURE,
                        "{" + SMALL + ", \"init_images\": [[[]]]}",
                        400,
                        "must be a string"),
                posting(
                        "an original picture of one row, cropped",
                        PICTURE,
                        "{" + SMALL + ", \"resize_mode\": 1, \"init_images\": [\"" + wide + "\"]}",
                        200,
                        "\"images\""),
                image("a mask of one row", "\"mask\": \"" + wide + "\"", 200, "\"images\""),
                extras(
                        "a picture that is enlarged to less than nothing",
                        "\"resize_mode\": 1, \"upscaling_resize_w\": -5, \"upscaling_resize_h\": 64",
                        400,
                        "a picture is enlarged to 1 to"),
                extras(
                        "a picture that is enlarged to no pixels",
                        "\"resize_mode\": 1, \"upscaling_resize_w\": 0, \"upscaling_resize_h\": 64",
                        400,
                        "a picture is enlarged to 1 to"),
                extras(
                        "a picture that is enlarged by NaN",
                        "\"upscaling_resize\": NaN",
                        400,
                        "upscaling_resize must be a number"),
                extras(
                        "a picture that is enlarged by 1e308",
                        "\"upscaling_resize\": 1e308",
                        400,
                        "a picture is enlarged to"),
                extras(
                        "a picture that is enlarged by minus zero",
                        "\"upscaling_resize\": -0.0",
                        400,
                        "a picture is enlarged to"),
                posting(
                        "an upscaler of half a surrogate pair",
                        EXTRAS,
                        "{\"image\": \"" + TinyServer.base64(8, 8) + "\", \"upscaler_1\": \"\\ud800\"}",
                        404,
                        "there is no upscaler"),
                posting(
                        "files to enlarge that are no objects",
                        "/sdapi/v1/extra-batch-images",
                        "{\"imageList\": [1]}",
                        400,
                        "must be an object"));
    }

    private static Stream<HostileRequest> units() {
        String unit = "\"model\": \"controlnet-sd15\", \"image\": \"" + TinyServer.base64(64, 64) + "\"";
        return Stream.of(
                unit(
                        "a ControlNet with a weight of NaN",
                        "{" + unit + ", \"weight\": NaN}",
                        400,
                        "weight must be a number"),
                unit(
                        "a ControlNet with an infinite weight in words",
                        "{" + unit + ", \"weight\": \"Infinity\"}",
                        400,
                        "weight must be a number"),
                unit(
                        "a ControlNet with a weight of 1e308",
                        "{" + unit + ", \"weight\": 1e308}",
                        400,
                        "scale of ControlNet controlnet-sd15 must be a number from -10000 to 10000"),
                unit(
                        "a ControlNet that ends before it begins",
                        "{" + unit + ", \"guidance_start\": 1, \"guidance_end\": 0}",
                        400,
                        "must be active in a part"),
                unit(
                        "a ControlNet from -1e308 on",
                        "{" + unit + ", \"guidance_start\": -1e308}",
                        400,
                        "must be active in a part"),
                unit(
                        "a ControlNet by its path",
                        "{\"model\": \"../../etc/passwd\", \"image\": \"" + TinyServer.base64(8, 8) + "\"}",
                        404,
                        "there is no ControlNet"),
                unit(
                        "a preprocessor that is a class",
                        "{" + unit + ", \"module\": \"java.lang.Runtime\"}",
                        404,
                        "there is no preprocessor"),
                unit("a ControlNet that is a number", "5", 400, "must be an object"),
                unit(
                        "20,000 ControlNets without a picture",
                        "{\"model\": \"controlnet-sd15\"}" + ", {}".repeat(20_000),
                        400,
                        "20001 units of ControlNet are more than the 32"),
                unit(
                        "3,000 ControlNets",
                        String.join(
                                ",",
                                java.util.Collections.nCopies(
                                        3000,
                                        "{\"model\": \"controlnet-sd15\", \"image\": \"" + TinyServer.base64(8, 8)
                                                + "\"}")),
                        400,
                        "3000 units of ControlNet are more than the 32"),
                posting(
                        "a preprocessor for no picture",
                        "/controlnet/detect",
                        "{\"controlnet_module\": \"canny\", \"controlnet_input_images\": [\"\"]}",
                        415,
                        "neither a PNG"),
                posting(
                        "a preprocessor of half a surrogate pair",
                        "/controlnet/detect",
                        "{\"controlnet_module\": \"\\ud800\", \"controlnet_input_images\": [\""
                                + TinyServer.base64(8, 8) + "\"]}",
                        404,
                        "there is no preprocessor"));
    }

    private static Stream<HostileRequest> settings() {
        String options = "/sdapi/v1/options";
        return Stream.of(
                text(
                        "a model that is a number",
                        "\"override_settings\": {\"sd_model_checkpoint\": 5}",
                        400,
                        "must be a string"),
                text("settings in a list", "\"override_settings\": []", 400, "override_settings must be an object"),
                text(
                        "more layers than there are",
                        "\"override_settings\": {\"CLIP_stop_at_last_layers\": 2147483647}",
                        400,
                        "cannot skip the last 2147483646 layers"),
                text(
                        "fewer layers than none",
                        "\"override_settings\": {\"CLIP_stop_at_last_layers\": -2147483648}",
                        200,
                        "\"images\""),
                posting(
                        "switching to a broken model",
                        options,
                        "{\"sd_model_checkpoint\": \"broken\"}",
                        400,
                        "_class_name is"),
                posting(
                        "switching to a list",
                        options,
                        "{\"sd_model_checkpoint\": [\"tiny\"]}",
                        400,
                        "must be a string"),
                posting(
                        "switching to 20,000 folders",
                        options,
                        "{\"sd_model_checkpoint\": \"" + "/a".repeat(20_000) + "\"}",
                        404,
                        "there is no model"),
                posting("switching with a byte order mark", options, "\u00ef\u00bb\u00bf{}", 200, "\\{\\}"),
                HostileRequest.getting(
                        "progress with a broken escape",
                        "/sdapi/v1/progress?skip_current_image=%zz",
                        200,
                        "current_image"));
    }

    /** Texts that say how a picture was made. Pictures come from strangers too. */
    private static Stream<HostileRequest> infotexts() {
        String controlled = "a\\nSteps: 1, Size: 64x64, ControlNet 0: \\\"Model: controlnet-sd15, Image: ";
        return Stream.of(
                text(
                        "an infotext that names a file of the server",
                        "\"infotext\": \"" + controlled + "/etc/passwd\\\"\"",
                        200,
                        "is left out: infotext names no pictures"),
                text(
                        "an infotext that names a file as JSON",
                        "\"infotext\": \"a\\n"
                                + "Steps: 1, ControlNet: [{\\\"name\\\": \\\"controlnet-sd15\\\", \\\"image\\\":"
                                + " \\\"/etc/passwd\\\"}]\"",
                        200,
                        "is left out: infotext names no pictures"),
                text(
                        "an infotext with a number of 400 digits",
                        "\"infotext\": \"a\\nSteps: " + "9".repeat(400) + ", Seed: -1, CFG scale: NaN, Size: 0x0\"",
                        200,
                        "\"images\""),
                text(
                        "an infotext of 100,000 line breaks",
                        "\"infotext\": \"" + "\\n".repeat(100_000) + "\"",
                        200,
                        "\"images\""),
                pngInfo(
                        "a picture that names a file of the server",
                        "a\nSteps: 1, ControlNet 0: \"Model: x, Image: /etc/passwd\"",
                        200,
                        "is left out: infotext names no pictures"),
                pngInfo(
                        "a picture that holds a picture",
                        "a\nSteps: 1, ControlNet 0: \"Model: x, Image: data:image/png;base64,"
                                + java.util.Base64.getEncoder()
                                        .encodeToString(PngBuilder.claiming(16_000, 16_000)
                                                .end(new byte[1 << 16]))
                                + "\"",
                        200,
                        "is left out: infotext names no pictures"),
                pngInfo(
                        "a picture with 3,000 backslashes",
                        "a\nSteps: 1, X: \"" + "\\".repeat(3000) + "\"",
                        200,
                        "\"info\""),
                pngInfo(
                        "a picture with numbers that are none",
                        "a\nSteps: NaN, CFG scale: Infinity, Seed: 1e999, "
                                + "Size: 99999999999x8, Denoising strength: -0.0",
                        200,
                        "\"info\""),
                pngInfo(
                        "a picture with control characters",
                        "a\u0000\u001b[2J\nSteps: 1, Seed: \u0007",
                        200,
                        "\"info\""),
                pngInfo(
                        "a graph that leads in a circle",
                        "{\"1\": {\"class_type\": \"KSampler\", \"inputs\": {\"model\": [\"1\", 0], \"positive\":"
                                + " [\"1\", 0], \"seed\": [\"1\", 0]}}}",
                        200,
                        "\"info\""),
                pngInfo(
                        "a graph nested a thousand deep",
                        "{\"a\":".repeat(1000) + "1" + "}".repeat(1000),
                        200,
                        "\"info\""),
                posting(
                        "png-info of no picture",
                        "/sdapi/v1/png-info",
                        "{\"image\": \"%%%\"}",
                        400,
                        "image is not an image in Base64"),
                posting("png-info of a number", "/sdapi/v1/png-info", "{\"image\": 5}", 400, "image must be a string"),
                posting(
                        "png-info of a data URL without data",
                        "/sdapi/v1/png-info",
                        "{\"image\": \"data:\"}",
                        400,
                        "image is not an image in Base64"));
    }

    private static HostileRequest text(String name, String field, int status, String body) {
        return posting(name, TEXT, "{" + usual(field) + ", " + field + "}", status, body);
    }

    private static HostileRequest image(String name, String field, int status, String body) {
        return posting(
                name,
                PICTURE,
                "{" + SMALL + ", \"init_images\": [\"" + TinyServer.base64(64, 64) + "\"], " + field + "}",
                status,
                body);
    }

    /** The fields that are sent in addition to {@code fields}. */
    private static String usual(String fields) {
        return Stream.of("\"prompt\": \"a\"", "\"width\": 64", "\"height\": 64", "\"steps\": 1")
                .filter(usual -> !fields.startsWith(usual.substring(0, usual.indexOf(':'))))
                .collect(Collectors.joining(", "));
    }

    private static HostileRequest extras(String name, String field, int status, String body) {
        return posting(
                name,
                EXTRAS,
                "{\"image\": \"" + TinyServer.base64(8, 8) + "\", \"upscaler_1\": \"Lanczos\", " + field + "}",
                status,
                body);
    }

    private static HostileRequest unit(String name, String unit, int status, String body) {
        return text(name, "\"alwayson_scripts\": {\"controlnet\": {\"args\": [" + unit + "]}}", status, body);
    }

    private static HostileRequest pngInfo(String name, String text, int status, String body) {
        return posting(
                name, "/sdapi/v1/png-info", "{\"image\": \"" + PngBuilder.base64WithText(text) + "\"}", status, body);
    }
}
