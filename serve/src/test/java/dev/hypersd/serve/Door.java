package dev.hypersd.serve;

import static dev.hypersd.serve.Grammar.field;
import static dev.hypersd.serve.Grammar.goodPicture;
import static dev.hypersd.serve.Grammar.list;
import static dev.hypersd.serve.Grammar.object;
import static dev.hypersd.serve.Grammar.prompt;

import dev.hypersd.serve.Grammar.Field;
import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** The APIs by which requests come in, each with requests at random. */
enum Door {
    GENERATIONS {
        @Override
        Arbitrary<Request> requests() {
            return json("/v1/images/generations", object(openAi()));
        }
    },
    EDITS_AND_VARIATIONS {
        @Override
        Arbitrary<Request> requests() {
            return Combinators.combine(Arbitraries.of("/v1/images/edits", "/v1/images/variations"), form())
                    .as((path, body) -> new Request("POST", path, "multipart/form-data; boundary=b", body));
        }
    },
    JOBS {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json("/v1/jobs", object(openAi())),
                    address("/v1/jobs/", "?preview="),
                    address("/v1/images/files/", "?"));
        }
    },
    AUTOMATIC1111 {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json("/sdapi/v1/txt2img", object(automatic1111())),
                    json(
                            "/sdapi/v1/img2img",
                            object(with(
                                    automatic1111(),
                                    field("init_images", 95, list(goodPicture())),
                                    field("mask", 15, goodPicture()),
                                    field("resize_mode", 20, "0", "1", "2"),
                                    field("inpainting_mask_invert", 10, "0", "1")))));
        }
    },
    AUTOMATIC1111_TOOLS {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json(
                            "/sdapi/v1/options",
                            object(
                                    field("sd_model_checkpoint", 30, "\"tiny\"", "\"tiny.safetensors [0123abcd]\""),
                                    field("sd_vae", 30, "\"Automatic\""),
                                    field("CLIP_stop_at_last_layers", 30, "1", "2"))),
                    json(
                            "/sdapi/v1/png-info",
                            object(field(
                                    "image",
                                    95,
                                    infotext().map(PngBuilder::base64WithText).map(text -> "\"" + text + "\"")))),
                    json(
                            "/controlnet/detect",
                            object(
                                    field("controlnet_module", 80, "\"canny\"", "\"none\"", "\"invert\""),
                                    field("controlnet_input_images", 90, list(goodPicture())))),
                    json(
                            "/sdapi/v1/extra-single-image",
                            object(
                                    field("image", 95, goodPicture()),
                                    field("upscaler_1", 80, "\"Lanczos\"", "\"Bicubic\"", "\"None\""),
                                    field("resize_mode", 50, "0", "1"),
                                    field("upscaling_resize", 50, "2", "0.5"),
                                    field("upscaling_resize_w", 50, "64", "100", "8"),
                                    field("upscaling_resize_h", 50, "64", "200", "8"),
                                    field("upscaling_crop", 50, "true", "false"))),
                    address("/sdapi/v1/progress", "?skip_current_image="));
        }
    },
    COMFY_UI {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json("/prompt", object(field("prompt", 98, graph()), field("client_id", 50, "\"a\""))),
                    json("/prompt", object(field("prompt", 98, graph()), field("client_id", 50, "\"a\""))),
                    json("/queue", object(field("delete", 50, "[\"a\"]"), field("clear", 50, "true", "false"))),
                    address("/view", "?filename="),
                    address("/history/", "?max_items="));
        }
    },
    ASSISTANTS {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json(
                            "/mcp",
                            object(
                                    field("jsonrpc", 95, "\"2.0\""),
                                    field("id", 80, "1", "\"a\""),
                                    field("method", 98, "\"initialize\"", "\"ping\"", "\"tools/call\""),
                                    field(
                                            "params",
                                            90,
                                            object(
                                                    field("protocolVersion", 95, "\"2025-06-18\""),
                                                    field("capabilities", 95, "{}"),
                                                    field(
                                                            "clientInfo",
                                                            95,
                                                            object(
                                                                    field("name", 95, "\"a\""),
                                                                    field("version", 95, "\"1\""))))))),
                    address("/mcp", "?"));
        }
    },
    PAGE {
        @Override
        Arbitrary<Request> requests() {
            return Arbitraries.oneOf(
                    json("/login", object(field("token", 95, "\"a-token-of-twenty-four-c\"", "\"\""))),
                    json("/v1/explanations", object(with(pictures(), field("n", 15, "1", "2")))),
                    address("/page/", "?"));
        }
    },
    LIVE {
        @Override
        Arbitrary<Request> requests() {
            return json(
                    "/v1/live",
                    object(with(
                            pictures(),
                            field("type", 60, "\"draw\"", "\"draw\"", "\"cancel\""),
                            field("id", 80, "1", "2147483647", "-5"),
                            field("previews", 30, "true", "false"))));
        }
    },
    STUDY {
        @Override
        Arbitrary<Request> requests() {
            String rater = "/study/raters/0123456789abcdef0123456789abcde";
            return Arbitraries.oneOf(
                    json(
                            rater + "0/pairs/0",
                            object(
                                    field("name", 30, "\"Ann\"", "\"\""),
                                    field(
                                            "answers",
                                            95,
                                            object(
                                                    field("quality", 95, "\"left\"", "\"right\"", "\"tie\""),
                                                    field("alignment", 95, "\"tie\""))))),
                    address(rater, "0/pairs/0?x="),
                    address("/study/raters/", ""));
        }
    };

    /** The ends of addresses that mean harm; those that are no addresses at all are sent elsewhere. */
    private static final String[] ENDS = {
        "",
        "0",
        "..%2f..",
        "%00",
        "%zz",
        "%ff",
        "%ed%a0%80",
        "%1b%5b2J",
        "%e2%80%ae",
        "a/b",
        "%2e%2e/",
        "-1",
        "1e999",
        "a".repeat(3000),
        "0/pairs/0",
        "0/pairs/0/left",
        "0/pairs/99999999999",
        "%25s",
        "?",
        "true",
        "'",
        ";x=y"
    };

    /** One request; on the WebSocket, only its body is sent. */
    record Request(String method, String path, String type, String body) {}

    abstract Arbitrary<Request> requests();

    private static Arbitrary<Request> json(String path, Arbitrary<String> bodies) {
        return bodies.map(body -> new Request("POST", path, "application/json", body));
    }

    private static Arbitrary<Request> address(String path, String middle) {
        return Combinators.combine(
                        Arbitraries.of("GET", "GET", "GET", "DELETE", "PUT", "HEAD", "OPTIONS"),
                        Arbitraries.of("", middle),
                        Arbitraries.of(ENDS))
                .as((method, begin, end) -> new Request(method, path + begin + end, "text/plain", ""));
    }

    private static Field[] with(Field[] fields, Field... more) {
        return Stream.concat(Arrays.stream(fields), Arrays.stream(more)).toArray(Field[]::new);
    }

    /** The fields of this server's own requests. */
    private static Field[] pictures() {
        Arbitrary<String> control = object(
                field("name", 98, "\"controlnet-sd15\""),
                field("image", 95, goodPicture()),
                field("scale", 50, "1", "0.5"),
                field("from", 20, "0", "0.2"),
                field("to", 20, "1", "0.8"),
                field("preprocessor", 20, "\"canny\"", "\"drawing\""),
                field("mode", 10, "\"guess\"", "\"balanced\""));
        Arbitrary<String> lora = object(field("name", 98, "\"sd15-a-kohya\""), field("weight", 70, "1", "-0.5", "0"));
        return new Field[] {
            field("prompt", 98, prompt()),
            field("size", 92, "\"64x64\"", "\"64x72\"", "\"auto\"", "\"64\""),
            field("steps", 96, "1", "2"),
            field("model", 15, "\"tiny\"", "\"tiny\"", "\"sd15\"", "\"dall-e-3\"", "\"broken\""),
            field("seed", 30, "0", "7", "-1", "\"18446744073709551615\""),
            field("guidance", 40, "0", "1", "2.5"),
            field("sampler", 30, "\"ddim\"", "\"tcd\"", "\"euler_a\"", "\"dpmpp_2m_karras\"", "\"unipc\""),
            field("eta", 10, "0", "0.5"),
            field("negative_prompt", 15, prompt()),
            field("guidance_rescale", 5, "0.5"),
            field("clip_skip", 5, "0", "1"),
            field("strength", 8, "0.5", "1"),
            field("image", 15, goodPicture()),
            field("mask", 6, goodPicture()),
            field("controls", 5, list(control)),
            field("control", 3, control),
            field("loras", 5, list(lora)),
            field("timesteps", 4, "[999]", "[999, 499]"),
            field("hires", 4, "1.5"),
            field("hires_strength", 4, "0.5"),
            field("tiled", 4, "true"),
            field("extend", 4, "[8, 0, 0, 8]"),
            field("prompt_syntax", 8, "\"weighted\"", "\"plain\""),
            field("preset", 5, "\"none\"", "\"hyper-sd15-1step\""),
            field("prediction", 4, "\"epsilon\"", "\"v\""),
            field("embeddings", 3, "[\"a.safetensors\"]"),
            field("exact_steps", 4, "true"),
            field("refiner_from", 3, "0.5", "1"),
            field("original_size", 3, "[64, 64]"),
            field("crop", 3, "[0, 0]"),
            field("target_size", 3, "[64, 64]"),
            field("prompt_2", 3, prompt()),
            field("lora_partial", 3, "true"),
            field("lora_alphas", 3, "\"own\""),
            field("background", 4, "\"white\"", "\"#123456\"", "\"opaque\""),
            field("width", 4, "64"),
            field("height", 4, "64")
        };
    }

    private static Field[] openAi() {
        return with(
                pictures(),
                field("n", 15, "1", "2"),
                field("response_format", 20, "\"url\"", "\"b64_json\""),
                field("output_format", 20, "\"png\"", "\"jpeg\"", "\"webp\""),
                field("output_compression", 10, "80", "100"),
                field("stream", 15, "true", "false"),
                field("partial_images", 10, "1", "0"),
                field("quality", 5, "\"auto\"", "\"hd\""),
                field("user", 5, "\"a\""));
    }

    private static Field[] automatic1111() {
        Arbitrary<String> unit = object(
                field("model", 95, "\"controlnet-sd15\"", "\"None\""),
                field("image", 80, goodPicture()),
                field("module", 50, "\"canny\"", "\"none\""),
                field("weight", 50, "1", "\"0.5\""),
                field("guidance_start", 30, "0"),
                field("guidance_end", 30, "1"),
                field("control_mode", 30, "0", "1", "\"Balanced\""),
                field("enabled", 30, "true", "false"));
        return new Field[] {
            field("prompt", 95, prompt()),
            field("width", 95, "64", "\"64\"", "70"),
            field("height", 95, "64", "72"),
            field("steps", 96, "1", "2", "\"1\""),
            field("negative_prompt", 20, prompt()),
            field("cfg_scale", 40, "1", "2.5", "\"3\""),
            field("seed", 30, "-1", "7"),
            field("sampler_name", 40, "\"Euler a\"", "\"DDIM\"", "\"DPM++ 2M Karras\"", "\"LCM\""),
            field("scheduler", 20, "\"Automatic\"", "\"Karras\""),
            field("eta", 10, "0", "0.5"),
            field("batch_size", 10, "1", "2"),
            field("n_iter", 10, "1"),
            field("styles", 5, "[]", "[\"x\"]"),
            field("denoising_strength", 20, "0.5", "0"),
            field("enable_hr", 5, "true", "false"),
            field("hr_scale", 5, "1.5"),
            field("hr_resize_x", 5, "0", "96"),
            field("hr_upscaler", 5, "\"Lanczos\""),
            field(
                    "override_settings",
                    10,
                    object(
                            field("sd_model_checkpoint", 50, "\"tiny\""),
                            field("CLIP_stop_at_last_layers", 50, "1", "2"))),
            field("alwayson_scripts", 8, object(field("controlnet", 90, object(field("args", 95, list(unit)))))),
            field("infotext", 8, infotext().map(text -> dev.hypersd.json.Json.MAPPER.writeValueAsString(text))),
            field("send_images", 10, "true", "false")
        };
    }

    private static Arbitrary<String> infotext() {
        Arbitrary<String> entry = Combinators.combine(
                        Arbitraries.of(
                                "Steps",
                                "Sampler",
                                "CFG scale",
                                "Seed",
                                "Size",
                                "Denoising strength",
                                "Clip skip",
                                "ControlNet 0",
                                "ControlNet",
                                "Loras",
                                "Hires upscale",
                                "Eta",
                                "Extend",
                                "Timesteps",
                                "X"),
                        Arbitraries.of(
                                "1",
                                "DDIM",
                                "64x64",
                                "\"Model: x, Image: /etc/passwd\"",
                                "[{\"name\": 1}]",
                                "NaN",
                                "1e999",
                                "",
                                "-1",
                                "\"" + "\\".repeat(50),
                                "{\"a\": [}",
                                "9".repeat(50),
                                "none"))
                .as((name, value) -> name + ": " + value);
        return entry.list()
                .ofMaxSize(6)
                .map(entries -> "a " + Grammar.SECRET + "\nSteps: 1, Size: 64x64, " + String.join(", ", entries));
    }

    private static Arbitrary<String> form() {
        Arbitrary<String> part = Combinators.combine(
                        Arbitraries.of(
                                "prompt",
                                "n",
                                "size",
                                "steps",
                                "guidance",
                                "model",
                                "loras",
                                "seed",
                                "stream",
                                "image",
                                "image[]",
                                "mask",
                                "strength",
                                "\\\"",
                                "x"),
                        Arbitraries.of("", "; filename=\"x.png\"", "; filename=\"../../x\"", "; filename*=utf-8''%zz"),
                        Grammar.hostile())
                .as((name, file, value) -> part("name=\"" + name + "\"" + file, value));
        return Combinators.combine(
                        Arbitraries.of(
                                part("name=\"prompt\"", "a " + Grammar.SECRET), "", part("name=\"prompt\"", "\u00ff")),
                        Arbitraries.of(
                                part("name=\"steps\"", "1") + part("name=\"size\"", "64x64"),
                                part("name=\"steps\"", "1e308")),
                        Arbitraries.of(
                                part(
                                        "name=\"image\"; filename=\"a.png\"",
                                        new String(
                                                TinyServer.png(64, 64), java.nio.charset.StandardCharsets.ISO_8859_1)),
                                part("name=\"image\"", "GIF89a"),
                                ""),
                        part.list().ofMaxSize(2).map(parts -> String.join("", parts)),
                        Arbitraries.of("--b--\r\n", "--b--\r\n", "--b--\r\n", "", "--b-"))
                .as((prompt, numbers, image, others, end) -> prompt + numbers + image + others + end);
    }

    private static String part(String disposition, String value) {
        return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
    }

    /** A graph from text or from an image, with ControlNet and LoRA now and then. */
    private static Arbitrary<String> graph() {
        Arbitrary<String> sampler = node(
                "\"KSampler\"",
                field("seed", 98, "1"),
                field("steps", 98, "1", "2"),
                field("cfg", 98, "1", "2"),
                field("sampler_name", 98, "\"euler\"", "\"dpmpp_2m\""),
                field("scheduler", 98, "\"normal\"", "\"karras\""),
                field("denoise", 90, "1", "0.5"),
                field("model", 98, "[\"4\", 0]", "[\"10\", 0]"),
                field("positive", 98, "[\"6\", 0]", "[\"6\", 0]", "[\"11\", 0]"),
                field("negative", 98, "[\"7\", 0]"),
                field("latent_image", 98, "[\"5\", 0]", "[\"12\", 0]", "[\"13\", 0]"));
        return object(
                field("3", 99, sampler),
                field(
                        "4",
                        99,
                        node("\"CheckpointLoaderSimple\"", field("ckpt_name", 98, "\"tiny\"", "\"tiny.safetensors\""))),
                field(
                        "5",
                        99,
                        node(
                                "\"EmptyLatentImage\"",
                                field("width", 98, "64"),
                                field("height", 98, "64"),
                                field("batch_size", 98, "1", "2"))),
                field(
                        "6",
                        99,
                        node("\"CLIPTextEncode\"", field("text", 98, prompt()), field("clip", 98, "[\"4\", 1]"))),
                field(
                        "7",
                        99,
                        node("\"CLIPTextEncode\"", field("text", 98, prompt()), field("clip", 98, "[\"4\", 1]"))),
                field(
                        "8",
                        99,
                        node("\"VAEDecode\"", field("samples", 99, "[\"3\", 0]"), field("vae", 99, "[\"4\", 2]"))),
                field("9", 99, node("\"SaveImage\"", field("images", 99, "[\"8\", 0]"))),
                field(
                        "10",
                        90,
                        node(
                                "\"LoraLoader\"",
                                field("lora_name", 98, "\"sd15-a-kohya\""),
                                field("strength_model", 98, "1", "0"),
                                field("model", 98, "[\"4\", 0]"))),
                field(
                        "11",
                        90,
                        node(
                                "\"ControlNetApply\"",
                                field("conditioning", 98, "[\"6\", 0]", "[\"11\", 0]"),
                                field("control_net", 98, "[\"15\", 0]"),
                                field("image", 98, "[\"14\", 0]"),
                                field("strength", 98, "1"))),
                field(
                        "12",
                        90,
                        node(
                                "\"VAEEncode\"",
                                field("pixels", 98, "[\"14\", 0]", "[\"16\", 0]"),
                                field("vae", 98, "[\"4\", 2]"))),
                field(
                        "13",
                        90,
                        node(
                                "\"SetLatentNoiseMask\"",
                                field("samples", 98, "[\"12\", 0]"),
                                field("mask", 98, "[\"17\", 0]"))),
                field("14", 90, node("\"ETN_LoadImageBase64\"", field("image", 98, goodPicture()))),
                field("15", 90, node("\"ControlNetLoader\"", field("control_net_name", 98, "\"controlnet-sd15\""))),
                field(
                        "16",
                        90,
                        node(
                                "\"ImageScale\"",
                                field("image", 98, "[\"14\", 0]"),
                                field("width", 98, "64", "32"),
                                field("height", 98, "64"))),
                field("17", 90, node("\"ImageToMask\"", field("image", 98, "[\"14\", 0]", "[\"17\", 0]"))));
    }

    private static Arbitrary<String> node(String type, Field... inputs) {
        return object(field("class_type", 99, type), field("inputs", 99, object(inputs)));
    }
}
