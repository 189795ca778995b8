package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static dev.hypersd.serve.HostileRequest.getting;
import static dev.hypersd.serve.HostileRequest.posting;
import static dev.hypersd.serve.HostileRequest.sized;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Hostile graphs for ComfyUI's API, and what else its routes are asked. */
final class HostileGraphs {
    private static final String CHECKPOINT =
            "\"4\": {\"class_type\": \"CheckpointLoaderSimple\", \"inputs\": {\"ckpt_name\": \"tiny\"}}";
    private static final String LATENTS =
            "\"5\": {\"class_type\": \"EmptyLatentImage\", \"inputs\": {\"width\": 64, \"height\": 64, \"batch_size\":"
                    + " 1}}";
    private static final String TEXT =
            "\"6\": {\"class_type\": \"CLIPTextEncode\", \"inputs\": {\"text\": \"a\", \"clip\": [\"4\", 1]}}";
    private static final String DECODER =
            "\"8\": {\"class_type\": \"VAEDecode\", \"inputs\": {\"samples\": [\"3\", 0], \"vae\": [\"4\", 2]}}";
    private static final String OUTPUT = "\"9\": {\"class_type\": \"SaveImage\", \"inputs\": {\"images\": [\"8\", 0]}}";

    private HostileGraphs() {}

    static Stream<HostileRequest> all() {
        return Stream.of(bodies(), numbers(), links(), others()).flatMap(list -> list);
    }

    private static Stream<HostileRequest> bodies() {
        String none = "the graph must have one node that shows images";
        return Stream.of(
                posting("a graph that is no JSON", "/prompt", "{", 400, "the body is not valid JSON"),
                posting("a graph that is nothing", "/prompt", "", 400, "the graph must have one node"),
                posting("a graph that is null", "/prompt", "null", 400, none),
                posting("a graph that is a list", "/prompt", "[[]]", 400, none),
                posting("a graph that is a text", "/prompt", "{\"prompt\": \"SaveImage\"}", 400, none),
                posting("a graph of no nodes", "/prompt", "{\"prompt\": {}}", 400, none),
                posting(
                        "a graph of nodes that are none",
                        "/prompt",
                        "{\"prompt\": {\"1\": null, \"2\": 5, \"3\": [], \"4\": {\"class_type\": {}}}}",
                        400,
                        none),
                posting("a graph that is not UTF-8", "/prompt", "{\"prompt\": \"\u00ff\"}", 400, "not UTF-8"),
                posting(
                        "a graph nested a thousand deep",
                        "/prompt",
                        "{\"prompt\": " + "[".repeat(1000) + "]".repeat(1000) + "}",
                        400,
                        "the body is not valid JSON"),
                posting(
                        "a graph with one node twice",
                        "/prompt",
                        "{\"prompt\": {" + OUTPUT + ", " + OUTPUT + "}}",
                        400,
                        "the body is not valid JSON"),
                new HostileRequest(
                        "a compressed graph",
                        "POST /prompt HTTP/1.1\r\n" + HOST
                                + "Content-Type: application/json\r\nContent-Encoding: br\r\n" + sized("{}"),
                        415,
                        "compressed bodies are not read"),
                new HostileRequest(
                        "a graph of 1 GB by its header",
                        "POST /prompt HTTP/1.1\r\n" + HOST + "Content-Length: 999999999\r\n\r\n",
                        413,
                        "the body is larger"));
    }

    private static Stream<HostileRequest> numbers() {
        return Stream.of(
                sampler("a guidance scale of 1e308", "\"cfg\": 1e308", 400, "guidance scale must be a number from 0"),
                sampler("an infinite guidance scale", "\"cfg\": Infinity", 400, "its input cfg must be a number"),
                sampler("a guidance scale of 1e999", "\"cfg\": 1e999", 400, "its input cfg must be a number"),
                sampler("steps of 1e308", "\"steps\": 1e308", 400, "its input steps must be a whole number"),
                sampler("steps that are a text", "\"steps\": \"4\"", 400, "its input steps must be a number"),
                sampler("no steps", "\"steps\": 0", 400, "0 steps cannot be"),
                sampler("a strength that is NaN", "\"denoise\": NaN", 400, "its input denoise must be a number"),
                sampler("a seed that is an object", "\"seed\": {}", 400, "seed.* must be a whole number"),
                sampler("a seed of 60 digits", "\"seed\": " + "9".repeat(60), 400, "seed.* must be a whole number"),
                sampler(
                        "a sampler of half a surrogate pair",
                        "\"sampler_name\": \"\\ud800\"",
                        400,
                        "there is no sampler"),
                sampler("a schedule that is a list", "\"scheduler\": []", 400, "its input scheduler must be a value"),
                graph(
                        "latents of 2^31 - 1 pixels",
                        LATENTS.replace("64, \"batch", "2147483647, \"batch"),
                        400,
                        "height must"),
                graph("no latents at all", LATENTS.replace("1}", "0}"), 400, "0 pictures cannot be"),
                graph(
                        "latents of 1e300 pixels",
                        LATENTS.replace("64, \"height", "1e300, \"height"),
                        400,
                        "its input width must be a whole number"));
    }

    private static Stream<HostileRequest> links() {
        String chain = IntStream.range(100, 200)
                .mapToObj(
                        i -> ("\"%d\": {\"class_type\": \"LoraLoaderModelOnly\", \"inputs\": {\"model\": [\"%d\", 0], "
                                        + "\"lora_name\": \"a\"}}")
                                .formatted(i, i == 199 ? 4 : i + 1))
                .collect(Collectors.joining(", "));
        String controls = IntStream.range(100, 150)
                        .mapToObj(i -> ("\"%d\": {\"class_type\": \"ControlNetApply\", \"inputs\": {\"conditioning\":"
                                        + " [\"%s\", 0], \"control_net\": [\"98\", 0], \"image\": [\"99\", 0],"
                                        + " \"strength\": 1}}")
                                .formatted(i, i == 149 ? "6" : i + 1))
                        .collect(Collectors.joining(", "))
                + ", \"98\": {\"class_type\": \"ControlNetLoader\", \"inputs\": {\"control_net_name\":"
                + " \"controlnet-sd15\"}}, \"99\": {\"class_type\": \"ETN_LoadImageBase64\", \"inputs\": {\"image\":"
                + " \""
                + TinyServer.base64(8, 8) + "\"}}";
        return Stream.of(
                sampler("a model that is itself", "\"model\": [\"3\", 0]", 400, "does not know this node as a model"),
                sampler("a model that is missing", "\"model\": [\"77\", 0]", 400, "node 77 is missing"),
                sampler("a link to an output of 1e308", "\"model\": [\"4\", 1e308]", 200, "prompt_id"),
                sampler("a link of three", "\"model\": [\"4\", 0, 0]", 400, "must be a link"),
                sampler("a link to an object", "\"model\": [{}, {}]", 400, "is missing"),
                sampler(
                        "a prompt that is the model",
                        "\"positive\": [\"4\", 0]",
                        400,
                        "does not know this node as a prompt"),
                sampler("a prompt from a node that runs code", "\"positive\": [\"66\", 0]", 400, "is missing"),
                graph(
                        "a chain of a hundred models",
                        chain + ", " + sampler("\"model\": [\"100\", 0]"),
                        400,
                        "runs in a circle"),
                graph(
                        "a prompt behind fifty ControlNets",
                        controls + ", " + sampler("\"positive\": [\"100\", 0]"),
                        400,
                        "ControlNets"),
                graph(
                        "latents in a circle",
                        "\"5\": {\"class_type\": \"RepeatLatentBatch\", \"inputs\": {\"samples\": [\"5\", 0],"
                                + " \"amount\": 2}}",
                        400,
                        "runs in a circle"),
                graph(
                        "an image in a circle",
                        "\"5\": {\"class_type\": \"VAEEncode\", \"inputs\": {\"pixels\": [\"70\", 0], "
                                + "\"vae\": [\"4\", 2]}}, "
                                + "\"70\": {\"class_type\": \"ImageInvert\", \"inputs\": {\"image\": [\"70\", 0]}}",
                        400,
                        "runs in a circle"),
                graph(
                        "an image by its path",
                        "\"5\": {\"class_type\": \"VAEEncode\", \"inputs\": {\"pixels\": [\"70\", 0], \"vae\": [\"4\","
                                + " 2]}}, \"70\": {\"class_type\": \"LoadImage\", \"inputs\": {\"image\":"
                                + " \"/etc/passwd\"}}",
                        400,
                        "there is no image"),
                graph(
                        "an image scaled to nothing",
                        "\"5\": {\"class_type\": \"VAEEncode\", \"inputs\": {\"pixels\": [\"70\", 0], \"vae\": [\"4\","
                                + " 2]}}, \"70\": {\"class_type\": \"ImageScale\", \"inputs\": {\"image\": [\"71\", 0],"
                                + " \"width\": 0, \"height\": -1}}, \"71\": {\"class_type\": \"ETN_LoadImageBase64\","
                                + " \"inputs\": {\"image\": \""
                                + TinyServer.base64(8, 8) + "\"}}",
                        400,
                        "an image is scaled to 1 to"),
                graph(
                        "a checkpoint by its path",
                        CHECKPOINT.replace("tiny", "../../etc/passwd"),
                        404,
                        "there is no model"),
                graph(
                        "two outputs",
                        "\"10\": {\"class_type\": \"PreviewImage\", \"inputs\": {}}",
                        400,
                        "one node that shows images"),
                graph(
                        "a layer of the text encoder beyond whole numbers",
                        "\"6\": {\"class_type\": \"CLIPTextEncode\", \"inputs\": {\"text\": \"a\", \"clip\": [\"60\","
                                + " 0]}}, \"60\": {\"class_type\": \"CLIPSetLastLayer\", \"inputs\":"
                                + " {\"stop_at_clip_layer\": -2147483648, \"clip\": [\"4\", 1]}}",
                        200,
                        "prompt_id"),
                graph(
                        "nodes with names of halves of surrogate pairs",
                        "\"8\": {\"class_type\": \"VAEDecode\", \"inputs\": {\"samples\": [\"\\ud800\", 0], \"vae\":"
                                + " [\"4\", 2]}}",
                        400,
                        "is missing"));
    }

    private static Stream<HostileRequest> others() {
        return Stream.of(
                getting("/view?filename=../../etc/passwd", 404, "there is no such image"),
                getting("/view?filename=%zz", 404, "there is no such image"),
                getting("/view?filename=" + "a".repeat(36) + "_9999.png", 404, "there is no such image"),
                getting("/view", 404, "there is no such image"),
                getting("/history/..%2f..", 200, "\\{\\}"),
                getting("/object_info/%00", 400, "not valid HTTP"),
                getting("/object_info/java.lang.Runtime", 200, "\\{\\}"),
                posting(
                        "cancelling what is no list",
                        "/queue",
                        "{\"delete\": {\"a\": {}}, \"clear\": \"NaN\"}",
                        200,
                        "\\{\\}"),
                posting("cancelling with no JSON", "/queue", "clear", 400, "the body is not valid JSON"),
                posting("uploading JSON", "/upload/image", "{}", 415, "multipart/form-data"),
                new HostileRequest(
                        "uploading a text",
                        "POST /upload/image HTTP/1.1\r\n" + HOST + "Content-Type: multipart/form-data; boundary=b\r\n"
                                + sized("--b\r\n"
                                        + "Content-Disposition: form-data; name=\"image\";"
                                        + " filename=\"../../x.png\"\r\n\r\n"
                                        + "hello\r\n"
                                        + "--b--\r\n"),
                        415,
                        "neither a PNG"),
                new HostileRequest(
                        "another method for graphs",
                        "DELETE /prompt HTTP/1.1\r\n" + HOST + "\r\n",
                        405,
                        "does not accept this method"));
    }

    private static HostileRequest sampler(String name, String input, int status, String body) {
        return graph(name, sampler(input), status, body);
    }

    /** The sampler, with an input in place of the usual one. */
    private static String sampler(String input) {
        String changed = input.substring(0, input.indexOf(':') + 1);
        String usual = Stream.of(
                        "\"seed\": 1",
                        "\"steps\": 1",
                        "\"cfg\": 1",
                        "\"sampler_name\": \"euler\"",
                        "\"scheduler\": \"normal\"",
                        "\"denoise\": 1",
                        "\"model\": [\"4\", 0]",
                        "\"positive\": [\"6\", 0]",
                        "\"negative\": [\"6\", 0]",
                        "\"latent_image\": [\"5\", 0]")
                .filter(other -> !other.startsWith(changed))
                .collect(Collectors.joining(", "));
        return "\"3\": {\"class_type\": \"KSampler\", \"inputs\": {" + usual + ", " + input + "}}";
    }

    /** A graph that draws, with {@code nodes} in place of those with the same names. */
    private static HostileRequest graph(String name, String nodes, int status, String body) {
        String usual = Stream.of(sampler("\"seed\": 1"), CHECKPOINT, LATENTS, TEXT, DECODER, OUTPUT)
                .filter(node ->
                        !(", " + nodes).contains(", " + node.substring(0, node.indexOf(':') + 1) + " {\"class_type\""))
                .collect(Collectors.joining(", "));
        return posting(name, "/prompt", "{\"prompt\": {" + usual + ", " + nodes + "}}", status, body);
    }
}
