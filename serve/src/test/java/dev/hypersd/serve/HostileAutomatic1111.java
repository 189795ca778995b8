package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.posting;
import static dev.hypersd.serve.HostileRequest.table;

import java.util.Base64;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Hostile fields of AUTOMATIC1111's API, of its ControlNet extension, and of what pictures say of themselves. */
final class HostileAutomatic1111 {
    private static final String TEXT = "/sdapi/v1/txt2img";
    private static final String PICTURE = "/sdapi/v1/img2img";
    private static final String EXTRAS = "/sdapi/v1/extra-single-image";
    private static final String OPTIONS = "/sdapi/v1/options";
    private static final String INFO = "/sdapi/v1/png-info";
    private static final String SMALL = "\"prompt\": \"a\", \"width\": 64, \"height\": 64, \"steps\": 1";

    private HostileAutomatic1111() {}

    static Stream<HostileRequest> all() {
        return Stream.of(numbers(), names(), pictures(), units(), settings(), infotexts())
                .flatMap(list -> list);
    }

    private static Stream<HostileRequest> numbers() {
        return Stream.of(
                        table(HostileAutomatic1111::text, """
                an infinite guidance scale | 400 | 'cfg_scale': Infinity | cfg_scale must be a number
                an infinite guidance scale in words | 400 | 'cfg_scale': '-Infinity' | cfg_scale must be a number
                a guidance scale of 1e308 | 400 | 'cfg_scale': 1e308 | must be a number from 0
                a guidance scale of 1e999 in words | 400 | 'cfg_scale': '1e999' | cfg_scale must be a number
                a negative zero as guidance scale | 200 | 'cfg_scale': -0.0 | 'images'
                steps in words with a fraction | 400 | 'steps': '1.5' | steps must be a whole number
                more pictures than whole numbers count | 400 | 'batch_size': 65536, 'n_iter': 65536 | at once
                a negative number of pictures | 400 | 'batch_size': -1, 'n_iter': 2147483647 | cannot be
                a width below zero | 400 | 'width': -2147483648 | width must
                a width beyond all | 400 | 'width': 2147483647 | width must
                an eta that is NaN | 400 | 'sampler_name': 'DDIM', 'eta': NaN | eta must be
                a second pass by NaN | 400 | 'enable_hr': true, 'hr_scale': NaN | hr_scale must be
                a second pass by 1e308 | 400 | 'enable_hr': true, 'hr_scale': 1e308 | factor above 1
                a second pass to 2^31 - 1 pixels | 400 | 'enable_hr': true, 'hr_resize_x': 2147483647 | factor
                an infinite strength in a second pass | 400 | 'enable_hr': true, 'denoising_strength': Infinity | number
                """),
                        table(HostileAutomatic1111::image, """
                a strength of 5e-324 | 400 | 'denoising_strength': 5e-324 | schedule has 2147483647 steps
                a strength of 1e308 | 400 | 'denoising_strength': 1e308 | strength must be above 0
                a resize mode of 11 digits | 400 | 'resize_mode': 99999999999 | resize_mode must be a whole number
                """),
                        Stream.of(
                                text("a seed of 60 digits", seed("9".repeat(60)), 400, "seed must be a whole number"),
                                text("a seed of minus 60 digits", seed("-" + "9".repeat(60)), 200, "\"images\"")))
                .flatMap(list -> list);
    }

    private static String seed(String digits) {
        return "\"seed\": " + digits;
    }

    private static Stream<HostileRequest> names() {
        return Stream.concat(
                table(HostileAutomatic1111::text, """
                a sampler that is half of a surrogate pair | 400 | 'sampler_name': '\\ud800' | there is no sampler
                a sampler of control characters | 400 | 'sampler_name': '\\u0000\\u001b[2J\\n\\r' | no sampler
                a schedule that forges a header | 200 | 'sampler_name': 'Euler', 'scheduler': 'x\\r\\nA: b' | 'images'
                styles that are no list | 400 | 'styles': {'a': 1} | styles must be a list
                fields of halves of surrogate pairs | 400 | '\\udc00': 1, '\\ud83d\\ud83d': 2 | is not valid JSON
                """),
                Stream.of(
                        sampler("a sampler of 100,000 letters", "e".repeat(100_000)),
                        sampler("a sampler of 20,000 folders", "/a".repeat(20_000)),
                        sampler("a sampler of 3,000 backslashes", "\\\\".repeat(3000)),
                        text(
                                "a name of an unknown field that is cut within a surrogate pair",
                                "\"" + "a".repeat(39) + "\\ud83d\\ude00" + "\": 1",
                                200,
                                "\"images\"")));
    }

    private static HostileRequest sampler(String name, String sampler) {
        return text(name, "\"sampler_name\": \"" + sampler + "\"", 400, "there is no sampler");
    }

    private static Stream<HostileRequest> pictures() {
        String wide = TinyServer.base64(1000, 1);
        return Stream.of(
                        table(HostileAutomatic1111::plainImage, """
                no original picture              | 400 | 'seed': 1             | init_images holds no image
                an original picture that is null | 415 | 'init_images': [null] | init_images is neither
                an original picture within lists | 400 | 'init_images': [[[]]] | must be a string
                """),
                        Stream.of(
                                plainImage(
                                        "an original picture of one row, cropped",
                                        "\"resize_mode\": 1, \"init_images\": [\"" + wide + "\"]",
                                        200,
                                        "\"images\""),
                                image("a mask of one row", "\"mask\": \"" + wide + "\"", 200, "\"images\"")),
                        table(HostileAutomatic1111::extras, """
                a picture enlarged to -5 pixels | 400 | 'resize_mode': 1, 'upscaling_resize_w': -5 | enlarged to 1 to
                a picture enlarged to no pixels | 400 | 'resize_mode': 1, 'upscaling_resize_w': 0 | enlarged to 1 to
                a picture enlarged by NaN | 400 | 'upscaling_resize': NaN | must be a number
                a picture enlarged by 1e308 | 400 | 'upscaling_resize': 1e308 | a picture is enlarged to
                a picture enlarged by minus zero | 400 | 'upscaling_resize': -0.0 | a picture is enlarged to
                an upscaler of half a surrogate pair | 404 | 'upscaler_1': '\\ud800' | there is no upscaler
                """),
                        Stream.of(posting(
                                "files to enlarge that are no objects",
                                "/sdapi/v1/extra-batch-images",
                                "{\"imageList\": [1]}",
                                400,
                                "must be an object")))
                .flatMap(list -> list);
    }

    private static Stream<HostileRequest> units() {
        String small = TinyServer.base64(8, 8);
        String tiny = "{\"model\": \"controlnet-sd15\", \"image\": \"" + small + "\"}";
        return Stream.of(
                        table(HostileAutomatic1111::unit, """
                a ControlNet with a weight of NaN | 400 | 'weight': NaN | weight must be a number
                a ControlNet with an infinite weight in words | 400 | 'weight': 'Infinity' | weight must be a number
                a ControlNet with a weight of 1e308 | 400 | 'weight': 1e308 | a number from -10000 to 10000
                a ControlNet that ends at its start | 400 | 'guidance_start': 1, 'guidance_end': 0 | active in a part
                a ControlNet from -1e308 on | 400 | 'guidance_start': -1e308 | must be active in a part
                a preprocessor that is a class | 404 | 'module': 'java.lang.Runtime' | no preprocessor
                """),
                        Stream.of(
                                units(
                                        "a ControlNet by its path",
                                        tiny.replace("controlnet-sd15", "../../etc/passwd"),
                                        404,
                                        "there is no ControlNet"),
                                units("a ControlNet that is a number", "5", 400, "must be an object"),
                                units(
                                        "20,000 ControlNets without a picture",
                                        "{\"model\": \"controlnet-sd15\"}" + ", {}".repeat(20_000),
                                        400,
                                        "20001 units of ControlNet are more than the 32"),
                                units(
                                        "3,000 ControlNets",
                                        String.join(",", Collections.nCopies(3000, tiny)),
                                        400,
                                        "3000 units of ControlNet are more than the 32"),
                                detection("a preprocessor for no picture", "canny", "", 415, "neither a PNG"),
                                detection(
                                        "a preprocessor of half a surrogate pair",
                                        "\\ud800",
                                        small,
                                        404,
                                        "there is no preprocessor")))
                .flatMap(list -> list);
    }

    private static Stream<HostileRequest> settings() {
        return Stream.of(
                        table(HostileAutomatic1111::text, """
                a model that is a number | 400 | 'override_settings': {'sd_model_checkpoint': 5} | must be a string
                settings in a list | 400 | 'override_settings': [] | override_settings must be an object
                2^31 layers | 400 | 'override_settings': {'CLIP_stop_at_last_layers': 2147483647} | 2147483646 layers
                -2^31 layers | 200 | 'override_settings': {'CLIP_stop_at_last_layers': -2147483648} | 'images'
                """),
                        table(HostileAutomatic1111::options, """
                switching to a broken model | 400 | 'sd_model_checkpoint': 'broken' | _class_name is
                switching to a list         | 400 | 'sd_model_checkpoint': ['tiny'] | must be a string
                """),
                        Stream.of(
                                options(
                                        "switching to 20,000 folders",
                                        "\"sd_model_checkpoint\": \"" + "/a".repeat(20_000) + "\"",
                                        404,
                                        "there is no model"),
                                posting(
                                        "switching with a byte order mark",
                                        OPTIONS,
                                        "\u00ef\u00bb\u00bf{}",
                                        200,
                                        "\\{\\}"),
                                HostileRequest.getting(
                                        "progress with a broken escape",
                                        "/sdapi/v1/progress?skip_current_image=%zz",
                                        200,
                                        "current_image")))
                .flatMap(list -> list);
    }

    /** Texts that say how a picture was made. Pictures come from strangers too. */
    private static Stream<HostileRequest> infotexts() {
        String claims = Base64.getEncoder()
                .encodeToString(PngBuilder.claiming(16_000, 16_000).end(new byte[1 << 16]));
        String leftOut = "is left out: infotext names no pictures";
        String info = "\"info\"";
        return Stream.of(
                infotext(
                        "an infotext that names a file of the server",
                        "a\\nSteps: 1, Size: 64x64, ControlNet 0: \\\"Model: controlnet-sd15, Image: /etc/passwd\\\"",
                        leftOut),
                infotext(
                        "an infotext that names a file as JSON",
                        "a\\nSteps: 1, ControlNet: [{\\\"name\\\": \\\"controlnet-sd15\\\", \\\"image\\\":"
                                + " \\\"/etc/passwd\\\"}]",
                        leftOut),
                infotext(
                        "an infotext with a number of 400 digits",
                        "a\\nSteps: " + "9".repeat(400) + ", Seed: -1, CFG scale: NaN, Size: 0x0",
                        "\"images\""),
                infotext("an infotext of 100,000 line breaks", "\\n".repeat(100_000), "\"images\""),
                pngInfo(
                        "a picture that names a file of the server",
                        "a\nSteps: 1, ControlNet 0: \"Model: x, Image: /etc/passwd\"",
                        leftOut),
                pngInfo(
                        "a picture that holds a picture",
                        "a\nSteps: 1, ControlNet 0: \"Model: x, Image: data:image/png;base64," + claims + "\"",
                        leftOut),
                pngInfo("a picture with 3,000 backslashes", "a\nSteps: 1, X: \"" + "\\".repeat(3000) + "\"", info),
                pngInfo(
                        "a picture with numbers that are none",
                        "a\nSteps: NaN, CFG scale: Infinity, Seed: 1e999, Size: 99999999999x8, Eta: -0.0",
                        info),
                pngInfo("a picture with control characters", "a\u0000\u001b[2J\nSteps: 1, Seed: \u0007", info),
                pngInfo(
                        "a graph that leads in a circle",
                        "{\"1\": {\"class_type\": \"KSampler\", \"inputs\": {\"model\": [\"1\", 0], \"positive\":"
                                + " [\"1\", 0], \"seed\": [\"1\", 0]}}}",
                        info),
                pngInfo("a graph nested a thousand deep", "{\"a\":".repeat(1000) + "1" + "}".repeat(1000), info),
                posting("png-info of no picture", INFO, "{\"image\": \"%%%\"}", 400, "is not an image in Base64"),
                posting("png-info of a number", INFO, "{\"image\": 5}", 400, "image must be a string"),
                posting(
                        "png-info of a data URL without data",
                        INFO,
                        "{\"image\": \"data:\"}",
                        400,
                        "is not an image in Base64"));
    }

    private static HostileRequest text(String name, String fields, int status, String body) {
        return posting(name, TEXT, "{" + usual(fields) + ", " + fields + "}", status, body);
    }

    /** The fields that are sent in addition to {@code fields}. */
    private static String usual(String fields) {
        return Stream.of("\"prompt\": \"a\"", "\"width\": 64", "\"height\": 64", "\"steps\": 1")
                .filter(usual -> !fields.startsWith(usual.substring(0, usual.indexOf(':'))))
                .collect(Collectors.joining(", "));
    }

    private static HostileRequest image(String name, String fields, int status, String body) {
        String original = "\"init_images\": [\"" + TinyServer.base64(64, 64) + "\"]";
        return plainImage(name, original + ", " + fields, status, body);
    }

    private static HostileRequest plainImage(String name, String fields, int status, String body) {
        return posting(name, PICTURE, "{" + SMALL + ", " + fields + "}", status, body);
    }

    private static HostileRequest extras(String name, String fields, int status, String body) {
        String usual = Stream.of("\"upscaler_1\": \"Lanczos\"", "\"upscaling_resize_h\": 64")
                .filter(field -> !fields.startsWith(field.substring(0, field.indexOf(':'))))
                .collect(Collectors.joining(", "));
        return posting(
                name,
                EXTRAS,
                "{\"image\": \"" + TinyServer.base64(8, 8) + "\", " + usual + ", " + fields + "}",
                status,
                body);
    }

    /** A ControlNet with these fields besides the usual ones. */
    private static HostileRequest unit(String name, String fields, int status, String body) {
        String unit = "{\"model\": \"controlnet-sd15\", \"image\": \"" + TinyServer.base64(64, 64) + "\", ";
        return units(name, unit + fields + "}", status, body);
    }

    private static HostileRequest units(String name, String units, int status, String body) {
        return text(name, "\"alwayson_scripts\": {\"controlnet\": {\"args\": [" + units + "]}}", status, body);
    }

    private static HostileRequest detection(String name, String module, String image, int status, String body) {
        return posting(
                name,
                "/controlnet/detect",
                "{\"controlnet_module\": \"%s\", \"controlnet_input_images\": [\"%s\"]}".formatted(module, image),
                status,
                body);
    }

    private static HostileRequest options(String name, String fields, int status, String body) {
        return posting(name, OPTIONS, "{" + fields + "}", status, body);
    }

    private static HostileRequest infotext(String name, String text, String body) {
        return text(name, "\"infotext\": \"" + text + "\"", 200, body);
    }

    private static HostileRequest pngInfo(String name, String text, String body) {
        return posting(name, INFO, "{\"image\": \"" + PngBuilder.base64WithText(text) + "\"}", 200, body);
    }
}
