package dev.hypersd.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObjectTest {
    private final JsonObject object = parse("""
        {"_class_name": "Net", "act": "silu", "flag": false, "number": 1.0, "none": null, "count": 3}
        """);

    @Test
    void theOnlyValidValuePasses() {
        assertThatCode(() -> {
                    object.expect("act", "silu");
                    object.expect("flag", false);
                    object.expect("number", 1);
                    object.expect("none", "anything");
                    object.expect("absent", true);
                    object.expectNone("none");
                    object.expectNone("absent");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void otherValuesAreRefusedWithBothValues() {
        assertThatThrownBy(() -> object.expect("act", "relu"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("config.json: act is \"silu\"; only relu is supported");
        assertThatThrownBy(() -> object.expect("flag", true)).hasMessageContaining("flag is false; only true");
        assertThatThrownBy(() -> object.expect("number", 2)).hasMessageContaining("number is 1.0; only 2");
        assertThatThrownBy(() -> object.expect("act", 1)).hasMessageContaining("act is \"silu\"; only 1");
        assertThatThrownBy(() -> object.expectNone("count"))
                .hasMessage("config.json: count is 3; this option is not supported");
    }

    @Test
    void aChoiceIsOneOfTheNamedValues() {
        assertThat(object.choice("act", 0, List.of(0, 1), n -> n == 0 ? "relu" : "silu"))
                .isEqualTo(1);
        assertThat(object.choice("absent", 7, List.of(0, 1), String::valueOf)).isEqualTo(7);
        assertThatThrownBy(() -> object.choice("act", "gelu", List.of("gelu", "relu", "mish"), text -> text))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("config.json: act must be gelu, relu or mish, not \"silu\"");
        assertThatThrownBy(() -> object.choice("count", "3", List.of("3"), text -> text))
                .hasMessage("config.json: count must be a string, not 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-3"})
    void positiveNumbersBeginAtOne(String number) {
        assertThat(object.positive("count", 7)).isEqualTo(3);
        assertThat(object.positive("absent", 7)).isEqualTo(7);
        assertThatThrownBy(() -> parse("{\"n\": " + number + "}").positive("n", 1))
                .hasMessage("config.json: n must be a positive number, not " + number);
    }

    @Test
    void aLenientObjectReadsTextsThatContainValues() {
        JsonObject strict = parse("""
            {"whole": "7", "half": "0.5", "point": "4.0", "yes": "True", "no": "false", "list": "[1, 2]",
             "object": "{\\"a\\": \\"3\\"}", "text": "seven", "blank": " ", "minus": "-1", "zero": "0"}\
            """);
        JsonObject lenient = strict.lenient();
        assertThat(lenient.integer("whole", 0)).isEqualTo(7);
        assertThat(lenient.integer("point", 0)).isEqualTo(4);
        assertThat(lenient.number("half", 0)).isEqualTo(0.5);
        assertThat(lenient.flag("yes", false)).isTrue();
        assertThat(lenient.flag("no", true)).isFalse();
        assertThat(lenient.integers("list", List.of())).containsExactly(1, 2);
        assertThat(lenient.section("object").integer("a", 0)).isEqualTo(3);
        assertThat(lenient.isNegative("minus")).isTrue();
        assertThat(lenient.isEmpty("blank")).isTrue();
        assertThat(lenient.isEmpty("zero")).isTrue();
        assertThat(lenient.string("whole", "")).isEqualTo("7");
        assertThatThrownBy(() -> lenient.integer("text", 0))
                .hasMessageContaining("must be a whole number, not \"seven\"");
        assertThatThrownBy(() -> strict.integer("whole", 0)).hasMessageContaining("must be a whole number, not \"7\"");
        assertThat(strict.unread())
                .as("both share the record of the keys that were read")
                .isEmpty();
    }

    @Test
    void keysThatWereNotReadAreNamedInAWarning() {
        object.string("act", "");
        object.expect("flag", false);
        assertThat(warnings()).containsExactly("config.json: unknown keys are ignored: [number, none, count]");
        object.has("number");
        object.has("none");
        object.integer("count", 0);
        assertThat(warnings()).isEmpty();
    }

    private List<String> warnings() {
        List<String> messages = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.hypersd.json");
        logger.addHandler(handler);
        try {
            object.warnOfUnread();
        } finally {
            logger.removeHandler(handler);
        }
        return messages;
    }

    private static JsonObject parse(String json) {
        return Json.parse(Path.of("config.json"), json.getBytes(StandardCharsets.UTF_8));
    }
}
