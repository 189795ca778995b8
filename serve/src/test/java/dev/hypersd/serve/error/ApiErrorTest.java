package dev.hypersd.serve.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import io.javalin.http.HttpResponseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiErrorTest {
    private static final Logger LOG = Logger.getLogger("dev.hypersd.serve.error");

    @Test
    void everyExceptionHasAStatusAndACode() {
        assertIs(new InvalidRequestException("steps is 0"), 400, "malformed", "steps is 0");
        assertIs(new InvalidFileException(Path.of("a.json"), "is empty"), 400, "malformed", "a.json: is empty");
        assertIs(new HyperSdException("not enough memory"), 500, "failed", "not enough memory");
        assertIs(
                new HttpResponseException(404, "Endpoint GET / not found"),
                404,
                "not_found",
                "there is nothing at this address");
        assertIs(new IllegalStateException("secret"), 500, "failed", "something went wrong in the server");
        assertIs(new StackOverflowError("secret"), 500, "failed", "something went wrong in the server");
    }

    @Test
    void unexpectedExceptionsAreLoggedWithoutTheirMessages() {
        String logged = log(() -> ApiError.of(new CompletionException(
                new IllegalStateException("a prompt", new NullPointerException("forged\r\nline")))));
        assertThat(logged)
                .startsWith("a request failed unexpectedly: java.lang.IllegalStateException\n\tat ")
                .contains("ApiErrorTest.java", "\nCaused by: java.lang.NullPointerException\n\tat ")
                .doesNotContain("prompt", "forged", "\r");
        assertThat(log(() -> ApiError.of(new HyperSdException("not enough memory"))))
                .isEmpty();
    }

    private static String log(Runnable task) {
        StringBuilder logged = new StringBuilder();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                logged.append(new SimpleFormatter().formatMessage(line))
                        .append(line.getThrown() == null ? "" : line.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        LOG.addHandler(handler);
        try {
            task.run();
        } finally {
            LOG.removeHandler(handler);
        }
        return logged.toString();
    }

    @Test
    void everyErrorCodeKeepsItsStatusAndItsTimeToTryAgain() {
        for (ErrorCode code : ErrorCode.values()) {
            Optional<Duration> wait = Optional.of(Duration.ofSeconds(3));
            ApiError error = ApiError.of(new ApiException(code, "a sentence", wait));
            assertThat(error).isEqualTo(new ApiError(code.status(), code.type(), code.code(), "a sentence", wait));
        }
    }

    @Test
    void aWrappedExceptionIsReportedAsTheInnerOne() {
        Throwable cause = new InvalidRequestException("steps is 0");
        assertIs(new CompletionException(new ExecutionException(cause)), 400, "malformed", "steps is 0");
    }

    @Test
    void onlyTheFirstLineOfAMessageIsSent() {
        assertIs(new HyperSdException("the engine failed\n  at frame 0"), 500, "failed", "the engine failed");
    }

    @Test
    void aSentenceIsShownInOneLineHoweverLongOrOddWhatItQuotesIs() {
        assertIs(
                new InvalidRequestException("\"\u0000\u001b[2J\r\n\ud800\u202e\" is no name"),
                400,
                "malformed",
                "\"??[2J????\" is no name");
        String sentence = ApiError.of(new InvalidRequestException("\"" + "a".repeat(100_000) + "\" is no name"))
                .message();
        assertThat(sentence)
                .hasSize(500)
                .startsWith("\"aaa")
                .contains("a ... a")
                .endsWith("a\" is no name");
        assertIs(new InvalidRequestException("/a".repeat(100_000) + " is no name"), 400, "malformed", "a is no name");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/home/anna/models/sd15/unet/config.json: is empty | config.json: is empty",
                "C:\\Users\\anna\\sd15.safetensors: not found        | sd15.safetensors: not found",
                "models/sd15/vae: has no config.json               | models/sd15/vae: has no config.json",
                "8/8 steps, 3.5/7                                  | 8/8 steps, 3.5/7",
                "cannot read \"/tmp/a b\"                           | cannot read \"a b\"",
            })
    void foldersOfTheMachineAreNotRevealed(String message, String told) {
        assertIs(new HyperSdException(message), 500, "failed", told);
    }

    private static void assertIs(Throwable thrown, int status, String code, String message) {
        ApiError error = ApiError.of(thrown);
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).isEqualTo(message);
        assertThat(error.retryAfter()).isEmpty();
    }
}
