package dev.hypersd.serve.error;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import io.javalin.http.HttpResponseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/**
 * An error as a client gets it, without the paths of this machine and without stack traces.
 *
 * @param status the HTTP status
 * @param type the type of error, as OpenAI names it
 * @param code a short code for programs
 * @param message one sentence for the user
 * @param retryAfter the time after which the request may succeed, if known
 */
public record ApiError(int status, String type, String code, String message, Optional<Duration> retryAfter) {
    private static final System.Logger LOG = System.getLogger(ApiError.class.getPackageName());

    /** Matches the folders in front of a file name. */
    private static final Pattern FOLDERS = Pattern.compile("(?<![\\w.])(?:[A-Za-z]:)?[/\\\\](?:[^\\s:\"',;]*[/\\\\])?");

    /** The most characters of a sentence; of longer ones, which quote what is longer, beginning and end are kept. */
    private static final int LONGEST = 500;

    private static final int LONGEST_END = 150;
    private static final String GAP = " ... ";

    /** Returns the error for {@code thrown}. An unexpected exception is logged, without its message. */
    public static ApiError of(Throwable thrown) {
        return switch (thrown) {
            case CompletionException e when e.getCause() != null -> of(e.getCause());
            case ExecutionException e when e.getCause() != null -> of(e.getCause());
            case ApiException e -> of(e.code(), sentence(e.getMessage()), e.retryAfter());
            case InvalidRequestException e -> of(ErrorCode.MALFORMED, sentence(e.getMessage()), Optional.empty());
            case InvalidFileException e -> of(ErrorCode.MALFORMED, sentence(e.getMessage()), Optional.empty());
            case HyperSdException e -> of(ErrorCode.FAILED, sentence(firstLine(e)), Optional.empty());
            case HttpResponseException e -> ofStatus(e.getStatus());
            default -> {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "a request failed unexpectedly: " + StackTraces.withoutMessages(thrown));
                yield ofStatus(ErrorCode.FAILED.status());
            }
        };
    }

    /**
     * Returns the error for a request that failed before it reached a route, of which only the HTTP status is known.
     */
    public static ApiError ofStatus(int status) {
        return switch (status) {
            case 404 -> of(ErrorCode.NOT_FOUND, "there is nothing at this address", Optional.empty());
            case 405 -> of(ErrorCode.METHOD_NOT_ALLOWED, "this address does not accept this method", Optional.empty());
            case 414, 431 ->
                new ApiError(
                        status,
                        ErrorCode.MALFORMED.type(),
                        ErrorCode.MALFORMED.code(),
                        "the address or the headers of the request are too long",
                        Optional.empty());
            case 500 -> of(ErrorCode.FAILED, "something went wrong in the server", Optional.empty());
            default ->
                new ApiError(
                        status,
                        ErrorCode.MALFORMED.type(),
                        ErrorCode.MALFORMED.code(),
                        "the request is not valid HTTP/1.1",
                        Optional.empty());
        };
    }

    private static ApiError of(ErrorCode code, String message, Optional<Duration> retryAfter) {
        return new ApiError(code.status(), code.type(), code.code(), message, retryAfter);
    }

    /** Returns the first line of the message, because the engine appends a native stack trace. */
    private static String firstLine(HyperSdException thrown) {
        return thrown.getMessage().lines().findFirst().orElse("");
    }

    /** Returns a message as it can be shown in one line, without folders of this machine. */
    private static String sentence(String message) {
        String bare = FOLDERS.matcher(message).replaceAll("");
        return PrintableText.of(
                bare.length() <= LONGEST
                        ? bare
                        : bare.substring(0, LONGEST - GAP.length() - LONGEST_END)
                                + GAP
                                + bare.substring(bare.length() - LONGEST_END));
    }
}
