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
 * What went wrong, as a client may hear it: one sentence, without paths of this machine and without a trace of where in the program.
 *
 * @param status of HTTP
 * @param type in OpenAI's words
 * @param code a short word for programs
 * @param sentence for people
 * @param retryAfter when it is worth while to try again
 */
public record ApiError(int status, String type, String code, String sentence, Optional<Duration> retryAfter) {
    private static final System.Logger LOG = System.getLogger(ApiError.class.getPackageName());

    /** Everything before a file's name. */
    private static final Pattern FOLDERS =
            Pattern.compile("(?<![\\w.])(?:[A-Za-z]:)?(?:[/\\\\][^/\\\\\\s:\"',;]+)*[/\\\\]");

    private static final int BAD_REQUEST = 400;
    private static final int OURS = 500;

    /** The failure that {@code thrown} stands for. What nobody expected is logged. */
    public static ApiError of(Throwable thrown) {
        return switch (thrown) {
            case CompletionException e when e.getCause() != null -> of(e.getCause());
            case ExecutionException e when e.getCause() != null -> of(e.getCause());
            case ApiException e ->
                new ApiError(
                        e.refusal().status(), e.refusal().type(), e.refusal().code(), sentence(e), e.retryAfter());
            case InvalidRequestException e -> request(sentence(e));
            case InvalidFileException e -> request(sentence(e));
            case HyperSdException e -> new ApiError(OURS, "server_error", "failed", sentence(e), Optional.empty());
            case HttpResponseException e -> status(e.getStatus());
            default -> {
                LOG.log(System.Logger.Level.ERROR, "a request failed unexpectedly", thrown);
                yield status(OURS);
            }
        };
    }

    /** A failure of which the status says all. */
    public static ApiError status(int status) {
        return switch (status) {
            case 404 ->
                new ApiError(status, "invalid_request_error", "not_found", "there is nothing here", Optional.empty());
            case 405 ->
                new ApiError(
                        status, "invalid_request_error", "method", "this method is not for here", Optional.empty());
            case OURS ->
                new ApiError(status, "server_error", "failed", "something went wrong in the server", Optional.empty());
            default ->
                new ApiError(
                        status, "invalid_request_error", "malformed", "the request makes no sense", Optional.empty());
        };
    }

    private static ApiError request(String sentence) {
        return new ApiError(
                BAD_REQUEST, ErrorCode.MALFORMED.type(), ErrorCode.MALFORMED.code(), sentence, Optional.empty());
    }

    /** The first line, because the engine appends a native stack trace to its messages. */
    private static String sentence(Throwable thrown) {
        return withoutFolders(
                String.valueOf(thrown.getMessage()).lines().findFirst().orElse(""));
    }

    static String withoutFolders(String sentence) {
        return FOLDERS.matcher(sentence).replaceAll("");
    }
}
