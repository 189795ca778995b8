package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResponsesTest {
    @Test
    void warningsAreOneQuotedStringOfAscii() {
        assertThat(Responses.warning(List.of("first", "second"))).isEqualTo("199 hypersd \"first; second\"");
        assertThat(Responses.warning(List.of("a \"b\" \\ \u00e9\uD83D\uDE00\r\nSet-Cookie: c")))
                .isEqualTo("199 hypersd \"a \\\"b\\\" \\\\ ????Set-Cookie: c\"");
    }

    @Test
    void longWarningsAreCutOff() {
        assertThat(Responses.warning(List.of("\"".repeat(10_000))))
                .isEqualTo("199 hypersd \"" + "\\\"".repeat(300) + "...\"");
        assertThat(Responses.warning(List.of("a".repeat(300)))).isEqualTo("199 hypersd \"" + "a".repeat(300) + "\"");
    }
}
