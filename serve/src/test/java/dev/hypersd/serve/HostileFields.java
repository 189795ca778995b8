package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static dev.hypersd.serve.HostileRequest.posting;
import static dev.hypersd.serve.HostileRequest.sized;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Hostile JSON and forms of OpenAI's API, of its streams, and of jobs. */
final class HostileFields {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String EDITS = "/v1/images/edits";
    private static final String FORM = "POST " + EDITS + " HTTP/1.1\r\n" + HOST + "Content-Type: multipart/form-data";

    private HostileFields() {}

    static Stream<HostileRequest> all() {
        return Stream.of(json(), numbers(), texts(), streamsAndJobs(), boundaries(), forms())
                .flatMap(list -> list);
    }

    /** Bodies that are not one JSON object, or more of it than is read. */
    private static Stream<HostileRequest> json() {
        String deep = "Document nesting depth \\(65\\) exceeds the maximum allowed \\(64\\)";
        return Stream.of(
                refused("", "the body is empty: send a JSON object"),
                refused("\"prompt\"", "request: is not a JSON object but \\\\\"prompt\\\\\""),
                refused("[{\"prompt\": \"a\"}]", "request: is not a JSON object but \\["),
                refused(
                        "{\"prompt\": \"a\"} {\"prompt\": \"b\"}",
                        "request: is not valid JSON: something follows the first value"),
                refused("{\"prompt\": \"a\", \"prompt\": \"b\"}", "request: duplicate key in JSON"),
                refused(
                        "{\"prompt\":" + "[".repeat(1000) + "]".repeat(1000) + "}",
                        "request: is not valid JSON: " + deep),
                refused(
                        with("\"seed\": " + "9".repeat(1000)),
                        "request: is not valid JSON: Number value length \\(1000\\) exceeds the maximum allowed"
                                + " \\(64\\)"),
                refused("{\"prompt\": \"\u00ff\"}", "request: is not UTF-8 text"),
                refused("{\"prompt\": \"a\u0000\"}", "request: is not valid JSON"),
                refused("{\"prompt\": \"\\ud80\"}", "request: is not valid JSON"),
                refused(
                        "{\"" + "k".repeat(60_000) + "\": \"a\"}",
                        "request: is not valid JSON|the request has no prompt"));
    }

    /** Numbers that cannot be. */
    private static Stream<HostileRequest> numbers() {
        String original = ", \"image\": \"" + TinyServer.base64(64, 64) + "\"";
        return Stream.of(
                refused(with("\"steps\": 2147483648"), "request: steps must be a whole number, not 2147483648"),
                refused(with("\"steps\": -5"), "-5 steps cannot be: 1 is the least"),
                refused(with("\"steps\": 1000000"), "1000000 steps is more than this server allows: 100 is the most"),
                refused(with("\"steps\": 1.5"), "request: steps must be a whole number, not 1.5"),
                refused(with("\"n\": 0"), "0 pictures cannot be: 1 is the least"),
                refused(
                        with("\"n\": 1000000"),
                        "1000000 pictures at once is more than this server allows: 10 is the most"),
                refused(with("\"size\": \"99999999x8\""), "width must lie between 8 and 8192 pixels, not 99999999"),
                refused(with("\"size\": \"-8x-8\""), "width must lie between 8 and 8192 pixels, not -8"),
                refused(with("\"width\": 0, \"height\": 64"), "width must lie between 8 and 8192 pixels, not 0"),
                refused(with("\"guidance\": NaN"), "request: guidance must be a number, not \\\\\"NaN\\\\\""),
                refused(with("\"guidance\": 1e999"), "request: guidance must be a number, not"),
                refused(with("\"guidance\": 1e308"), "guidance scale must be a number from 0"),
                refused(with("\"guidance\": -1"), "guidance scale must be a number from 0 \\(off\\) to 10000"),
                refused(with("\"guidance_rescale\": Infinity"), "request: guidance_rescale must be a number, not"),
                refused(with("\"eta\": 2"), "eta must be between 0 and 1, not 2.0"),
                refused(with("\"eta\": \"lots\""), "request: eta must be a number, not \\\\\"lots\\\\\""),
                refused(
                        with("\"seed\": 18446744073709551615, \"n\": 2"),
                        "2 pictures from seed 18446744073709551615 on go beyond the last seed"),
                refused(
                        with("\"seed\": 1e300"),
                        "request: seed must be a whole number from 0 to 18446744073709551615, not 1.0E300"),
                refused(with("\"strength\": 5" + original), "strength must be above 0 and at most 1, not 5.0"),
                refused(
                        with("\"strength\": 5e-324" + original),
                        "a strength of 4.9E-324, whose whole schedule has 2147483647 steps"),
                refused(
                        with("\"hires\": 1e308, \"size\": \"64x64\""),
                        "a picture is enlarged by a factor above 1, up to 8, not by 1.0E308"),
                refused(
                        with("\"timesteps\": [999, 2147483647]"),
                        "timesteps must decrease, but 2147483647 follows 999"),
                refused(with("\"timesteps\": [2147483647, -2147483648]"), "timestep 2147483647 does not exist"),
                refused(with("\"clip_skip\": 2147483647"), "cannot skip the last 2147483647 layers"),
                refused(
                        with("\"extend\": [2147483647, 2147483647, 2147483647, 2147483647]" + original),
                        "an extension of 2147483647 pixels"),
                refused(
                        with("\"extend\": [2048, 2048, 2048, 2048]" + original),
                        "a width of 4160 pixels is more than this server allows"),
                refused(with("\"refiner_from\": -1e308"), "tiny was loaded without one"),
                refused(
                        with("\"loras\": [{\"name\": \"sd15-a-kohya\", \"weight\": 1e308}], \"model\": \"sd15\""),
                        "the weight of LoRA sd15-a-kohya must be a number from -10000 to 10000"),
                refused(
                        with("\"loras\": [{\"name\": \"sd15-a-kohya\", \"weight\": Infinity}]"),
                        "weight must be a number"),
                refused(
                        with("\"controls\": [{\"name\": \"controlnet-sd15\", \"scale\": 1e308, \"image\": \""
                                + TinyServer.base64(64, 64) + "\"}], \"model\": \"sd15\""),
                        "the scale of ControlNet .* must be a number from -10000 to 10000"),
                refused(
                        with("\"output_compression\": -2147483648"),
                        "output_compression is 0 to 100, not -2147483648"));
    }

    /** Texts that cannot be, or that say something else than they seem to. */
    private static Stream<HostileRequest> texts() {
        return Stream.of(
                refused("{\"prompt\": null}", "the request has no prompt"),
                refused(with("\"sampler\": \"nothing\""), "there is no sampler \\\\\"nothing\\\\\"; did you mean ddim"),
                refused(with("\"sampler\": \"\\ud800\""), "there is no sampler"),
                refused(with("\"sampler\": \"\\u0000\\u001b[2J\""), "there is no sampler"),
                refused(with("\"background\": \"\\udc00\""), "background must be"),
                refused(with("\"prompt_syntax\": \"" + "\\\\".repeat(3000) + "\""), "prompt_syntax must be"),
                refused(with("\"size\": \"" + "9".repeat(5000) + "x8\""), "is not a size"),
                refused(with("\"preset\": \"" + "/a".repeat(20_000) + "\""), "there is no preset"),
                refused("{\"prompt\": \"\\ud800\", \"steps\": 0}", "0 steps cannot be: 1 is the least"),
                refused(
                        "{\"prompt\": \"" + "a".repeat(100_000) + "\"}",
                        "a prompt of 100000 characters is more than this server allows: 4000 is the most"),
                refused(
                        "{\"prompt\": \"" + "<lora:sd15-a-kohya:1>".repeat(100) + "\"}",
                        "100 LoRAs is more than this server allows: 8 is the most"),
                refused(
                        "{\"prompt\": \"<lora:sd15-a-kohya:NaN>\"}",
                        "the weight of a LoRA in the prompt must be a number, not \\\\\"NaN\\\\\""),
                refused(
                        "{\"prompt\": \"<lora:sd15-a-kohya:1e999>\"}",
                        "the weight of a LoRA in the prompt must be a number, not \\\\\"1e999\\\\\""),
                refused(
                        with("\"prompt_syntax\": \"weighted\", \"negative_prompt\": \"" + "BREAK ".repeat(499) + "\""),
                        "a negative prompt that BREAK divides into 500 parts is more than this server allows: 32"),
                posting(
                        "a prompt of weights without an end",
                        GENERATIONS,
                        with("\"steps\": 1, \"size\": \"64x64\", \"prompt_syntax\": \"weighted\","
                                + " \"negative_prompt\": \""
                                + "(".repeat(4000) + "\""),
                        200,
                        "b64_json"),
                posting(
                        "a prompt weighted with 1e308",
                        GENERATIONS,
                        "{\"prompt\": \"(a:1e308)\", \"steps\": 1, \"size\": \"64x64\", \"prompt_syntax\":"
                                + " \"weighted\"}",
                        200,
                        "b64_json"),
                posting(
                        "a prompt of half a surrogate pair",
                        GENERATIONS,
                        "{\"prompt\": \"\\ud800\", \"steps\": 1, \"size\": \"64x64\"}",
                        200,
                        "b64_json"),
                posting(
                        "a hundred unknown fields",
                        GENERATIONS,
                        with("\"steps\": 1, \"size\": \"64x64\", "
                                + IntStream.range(0, 100)
                                        .mapToObj("\"x%d\": NaN"::formatted)
                                        .collect(Collectors.joining(", "))),
                        200,
                        "warnings"));
    }

    private static Stream<HostileRequest> streamsAndJobs() {
        String small = "\"steps\": 1, \"size\": \"64x64\"";
        return Stream.of(
                posting(
                        "a stream that is a number",
                        GENERATIONS,
                        with("\"stream\": 1"),
                        400,
                        "stream must be true or false"),
                posting(
                        "a stream of a thousand previews",
                        GENERATIONS,
                        with("\"stream\": true, \"partial_images\": 1000"),
                        400,
                        "partial_images is 0 to 3, not 1000"),
                posting(
                        "a stream of an infinite guidance",
                        GENERATIONS,
                        with("\"stream\": true, \"guidance\": Infinity"),
                        400,
                        "guidance must be a number"),
                posting(
                        "a stream whose pictures fail",
                        GENERATIONS,
                        with("\"stream\": true, \"model\": \"broken\", " + small),
                        200,
                        "event: error"),
                posting(
                        "a stream with a warning of half a surrogate pair",
                        GENERATIONS,
                        with("\"stream\": true, \"\\ud800\": 1, " + small),
                        400,
                        "is not valid JSON"),
                posting("a job that is a list", "/v1/jobs", "[]", 400, "is not a JSON object"),
                posting(
                        "a job that is a stream",
                        "/v1/jobs",
                        with("\"stream\": true"),
                        400,
                        "a job is asked about at its address"),
                posting(
                        "a job of a model by its path",
                        "/v1/jobs",
                        with("\"model\": \"../tiny\""),
                        404,
                        "there is no model"),
                posting(
                        "a job with an infinite eta",
                        "/v1/jobs",
                        with("\"eta\": Infinity"),
                        400,
                        "eta must be a number"),
                posting(
                        "a job with a warning of half a surrogate pair",
                        "/v1/jobs",
                        with("\"\\ud800\": 1, " + small),
                        400,
                        "is not valid JSON"),
                HostileRequest.getting(
                        "/v1/jobs/00000000-0000-0000-0000-000000000000", 404, "there is no job of this client"),
                HostileRequest.getting("/v1/jobs/..%2f..%2fhealthz", 404, "there is no job of this client"),
                new HostileRequest(
                        "cancelling the job of somebody else",
                        "DELETE /v1/jobs/1 HTTP/1.1\r\n" + HOST + "\r\n",
                        404,
                        "there is no job of this client"));
    }

    private static Stream<HostileRequest> boundaries() {
        String noForm = "\"images are sent as multipart/form-data, with a part that is named image\"";
        String odd = "\"the boundary of a form has 1 to 70 characters";
        return Stream.of(
                posting("JSON instead of a form", EDITS, "{}", 415, noForm),
                boundary("a form without a boundary", "", 415, noForm),
                boundary("an empty boundary", "; boundary=\"\"", 415, noForm),
                boundary("a boundary of 3000 backslashes", "; boundary=\"" + "\\".repeat(3000), 415, noForm),
                boundary("a boundary of 3000 characters", "; boundary=" + "b".repeat(3000), 400, odd),
                boundary("a boundary outside of ASCII", "; boundary=\u00ff\u00fe", 400, odd),
                boundary("a boundary that does not end", "; boundary=\"b", 415, "multipart/form-data"),
                boundary("two boundaries", "; boundary=a; boundary=b", 400, "the request has no prompt"),
                boundary("a boundary whose name is in capitals", "; BOUNDARY=b", 400, "the request has no prompt"),
                boundary("a boundary of spaces", "; boundary=\"   \"", 400, "the form cannot be read"));
    }

    /** Forms that are damaged or too large, and parts with values that cannot be. */
    private static Stream<HostileRequest> forms() {
        String damaged = "\"the form cannot be read: it is damaged, or has more than 64 parts\"";
        String noPrompt = "\"the request has no prompt\"";
        String part = part("x", "1");
        String end = "--b--\r\n";
        return Stream.of(
                form("a form without an end", part, damaged),
                form("a form of nothing", "", damaged),
                form("a thousand parts", part.repeat(1000) + end, damaged),
                form("a part with long headers", "--b\r\nX: " + "a".repeat(5000) + "\r\n\r\n1\r\n" + end, damaged),
                form("a part without headers", "--b\r\n\r\n1\r\n" + end, noPrompt + "|" + damaged),
                form("a part whose name is a null character", part("\0", "1") + end, noPrompt + "|" + damaged),
                form(
                        "a part whose name is half of a surrogate pair",
                        part("\u00ed\u00a0\u0080", "1") + end,
                        noPrompt + "|" + damaged),
                form(
                        "one part twice",
                        part("prompt", "a") + part("prompt", "b") + end,
                        "the form has more than one part named prompt"),
                form(
                        "two pictures",
                        part("prompt", "a") + part("image", "") + part("image", "") + end,
                        "the form has 2 parts named image"),
                form("a form without a prompt", part + end, noPrompt),
                form(
                        "a prompt that says that it is a file",
                        part("prompt\"; filename=\"../x", "a") + end,
                        "the form has no part named image"),
                form("a form without a picture", part("prompt", "a") + end, "the form has no part named image"),
                form(
                        "a file name that is a path",
                        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../../x\"\r\n\r\n1\r\n"
                                + part + end,
                        noPrompt),
                form(
                        "a fraction of a picture",
                        part("prompt", "a") + part("n", "1.5") + end,
                        "n must be a whole number, not \\\\\"1.5\\\\\""),
                form(
                        "an infinite guidance",
                        part("prompt", "a") + part("guidance", "Infinity") + end,
                        "guidance must be a number, not \\\\\"Infinity\\\\\""),
                form(
                        "a guidance that is NaN",
                        part("prompt", "a") + part("guidance", "NaN") + end,
                        "guidance must be a number, not \\\\\"NaN\\\\\""),
                form(
                        "a guidance of minus zero to the power of ten",
                        part("prompt", "a") + part("guidance", "-1e309") + end,
                        "guidance must be a number, not"),
                form(
                        "a fractional seed",
                        part("prompt", "a") + part("seed", "0.5") + end,
                        "seed must be a whole number from 0 to 18446744073709551615, not"),
                form(
                        "LoRAs that are no JSON",
                        part("prompt", "a") + part("loras", "[{\"name\":") + end,
                        "loras must be a list"),
                form(
                        "LoRAs nested a thousand deep",
                        part("prompt", "a") + part("loras", "[".repeat(1000)) + end,
                        "loras must be a list"),
                form("a prompt that is not UTF-8", part("prompt", "\u00ff") + end, "prompt: is not UTF-8 text"));
    }

    private static String with(String field) {
        return "{\"prompt\": \"a\", " + field + "}";
    }

    private static HostileRequest refused(String body, String message) {
        String name = body.isEmpty() ? "an empty body" : body.substring(0, Math.min(60, body.length()));
        return posting(name, GENERATIONS, body, 400, "\"message\":\".*(" + message + ")");
    }

    private static HostileRequest boundary(String name, String boundary, int status, String body) {
        return new HostileRequest(name, FORM + boundary + "\r\n" + sized("--b--\r\n"), status, body);
    }

    private static HostileRequest form(String name, String body, String message) {
        return new HostileRequest(name, FORM + "; boundary=b\r\n" + sized(body), 400, message);
    }

    private static String part(String name, String value) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
}
