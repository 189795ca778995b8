package dev.hypersd.serve;

import dev.hypersd.image.Image;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.WebP;
import dev.hypersd.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** JSON at random, as text: mostly as clients write it, with hostile values here and there. */
final class Grammar {
    /** A word that is in every prompt, and must be in no line of a log. */
    static final String SECRET = "zebra";

    /** How many of a hundred values are hostile. */
    private static final int HOSTILE_PERCENT = 8;

    private static final String[] NUMBERS = {
        "NaN",
        "Infinity",
        "-Infinity",
        "1e308",
        "-1e308",
        "1e999",
        "-0.0",
        "-0",
        "0",
        "-1",
        "1.5",
        "0.1",
        "5e-324",
        "3.5e38",
        "65505",
        "9999",
        "2147483647",
        "2147483648",
        "-2147483648",
        "9223372036854775807",
        "18446744073709551615",
        "1e19",
        "9".repeat(60),
        "9".repeat(400),
        "0." + "3".repeat(50),
        "01",
        "+1",
        ".5",
        "1.",
        "0x10"
    };

    private static final String[] TEXTS = {
        "",
        " ",
        "\\ud800",
        "\\udfff\\ud800",
        "\\ud83d\\ude00",
        "\\u0000",
        "\\u001b[2J",
        "\\r\\nSet-Cookie: a=b",
        "\\u202e\\u2028",
        "\\ufeff",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\\\x",
        "/a".repeat(300),
        "\\\\".repeat(300),
        "a".repeat(5000),
        "%s%n{0}${x}",
        "NaN",
        "Infinity",
        "1e999",
        "-0",
        "1.5",
        "0x10",
        "\u0663",
        "none",
        "null",
        "true",
        "{",
        "[[[",
        "{\\\"a\\\":1}",
        "data:,",
        "data:image/png;base64,",
        "<lora:" + SECRET + ":NaN>",
        "<lora:sd15-a-kohya:1e999>",
        "(".repeat(100),
        "a\\nSteps: 1, ControlNet 0: \\\"Model: x, Image: /etc/passwd\\\"",
        "99999999999x8",
        "-8x-8",
        "8x8",
        "http://127.0.0.1/",
        SECRET
    };

    private static final String[] STRUCTURES = {
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "[null]",
        "[[[]]]",
        "[1e308]",
        "[NaN]",
        "[-1, -1, -1, -1]",
        "[2147483647, 2147483647]",
        "[\"\"]",
        "{\"name\": null}",
        "{\"\\u0000\": {}}",
        "[{}]",
        "[5]",
        "{\"a\": 1, \"a\": 2}",
        "[".repeat(70) + "]".repeat(70),
        "nul",
        "'a'",
        "\"\\x\"",
        "\"\u0001\""
    };

    /** A field of an object: how many of a hundred objects have it, and what clients write into it. */
    record Field(String name, int percent, Arbitrary<String> usual) {}

    private Grammar() {}

    static Field field(String name, int percent, Arbitrary<String> usual) {
        return new Field(name, percent, usual);
    }

    static Field field(String name, int percent, String... usual) {
        return new Field(name, percent, Arbitraries.of(usual));
    }

    /** Any JSON value that means harm, and some that are none. */
    static Arbitrary<String> hostile() {
        return Arbitraries.oneOf(
                Arbitraries.of(NUMBERS),
                Arbitraries.of(TEXTS).map(text -> "\"" + text + "\""),
                Arbitraries.of(STRUCTURES),
                picture(),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.strings().all().ofMaxLength(20).map(Json.MAPPER::writeValueAsString));
    }

    /** What clients write, and sometimes something hostile in its place. */
    static Arbitrary<String> value(Arbitrary<String> usual) {
        return Arbitraries.frequencyOf(Tuple.of(100 - HOSTILE_PERCENT, usual), Tuple.of(HOSTILE_PERCENT, hostile()));
    }

    /** An object with some of these fields, and sometimes one that nobody knows or that is there twice. */
    static Arbitrary<String> object(Field... fields) {
        List<Arbitrary<String>> members = new ArrayList<>();
        for (Field field : fields) {
            members.add(Arbitraries.frequencyOf(
                    Tuple.of(field.percent(), value(field.usual()).map(value -> member(field.name(), value))),
                    Tuple.of(100 - field.percent(), Arbitraries.just(""))));
        }
        members.add(Arbitraries.frequencyOf(
                Tuple.of(92, Arbitraries.just("")),
                Tuple.of(4, hostile().map(value -> member(SECRET, value))),
                Tuple.of(2, hostile().map(value -> member("\\ud83d\\ude00".repeat(30), value))),
                Tuple.of(2, hostile().map(value -> member(fields[0].name(), value)))));
        return Combinators.combine(members)
                .as(texts ->
                        "{" + texts.stream().filter(text -> !text.isEmpty()).collect(Collectors.joining(", ")) + "}");
    }

    /** A list of one or two of these. */
    static Arbitrary<String> list(Arbitrary<String> element) {
        return element.list().ofMinSize(1).ofMaxSize(2).map(elements -> "[" + String.join(", ", elements) + "]");
    }

    private static String member(String name, String value) {
        return "\"" + name + "\": " + value;
    }

    /** A text with a secret in it. */
    static Arbitrary<String> prompt() {
        return Arbitraries.of(
                        "",
                        " at night",
                        " \\\"x\\\"",
                        ", (bold:1.2)",
                        "\\nSteps: 1",
                        " <lora:sd15-a-kohya:0.5>",
                        " \\u00e4\\ud83d\\ude00",
                        " word".repeat(90) + " " + SECRET)
                .map(end -> "\"a " + SECRET + end + "\"");
    }

    /** A picture in Base64, whole or damaged. */
    static Arbitrary<String> picture() {
        Image small = new Image(16, 8, new byte[3 * 16 * 8]);
        byte[] png = TinyServer.png(64, 64);
        return Arbitraries.of(Stream.of(
                        png,
                        TinyServer.png(8, 8),
                        TinyServer.png(1, 1),
                        TinyServer.png(1, 300),
                        new Jpeg(50).encode(small, Optional.empty()),
                        new WebP().encode(small, Optional.empty()),
                        Arrays.copyOf(png, png.length / 2),
                        PngBuilder.claiming(30_000, 30_000).end(new byte[9]),
                        PngBuilder.claiming(1, 9000).end(new byte[9000 * 4]),
                        PngBuilder.of(8, 8, 16, 6, 1).end(new byte[8 * 8 * 9]),
                        new byte[9])
                .map(bytes -> "\"" + Base64.getEncoder().encodeToString(bytes) + "\"")
                .toList());
    }

    /** A picture that can be read. */
    static Arbitrary<String> goodPicture() {
        return Arbitraries.of(
                "\"" + TinyServer.base64(64, 64) + "\"", "\"data:image/png;base64," + TinyServer.base64(64, 72) + "\"");
    }
}
