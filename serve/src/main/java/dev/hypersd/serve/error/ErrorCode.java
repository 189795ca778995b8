package dev.hypersd.serve.error;

/**
 * The causes of failed requests, each with its HTTP status, the type of error as OpenAI names it, and a short code for
 * programs.
 */
public enum ErrorCode {
    /** The request, or a value in it, cannot be read or is invalid. */
    MALFORMED(400, "invalid_request_error", "malformed"),
    /** The token is missing or wrong. */
    INVALID_TOKEN(401, "authentication_error", "invalid_api_key"),
    /** The Host header names another server. */
    FOREIGN_HOST(403, "permission_error", "foreign_host"),
    /** The request comes from a page of another site. */
    FOREIGN_ORIGIN(403, "permission_error", "foreign_origin"),
    /** There is no such route. */
    NOT_FOUND(404, "invalid_request_error", "not_found"),
    /** There is no model, LoRA or ControlNet of this name. */
    UNKNOWN_NAME(404, "invalid_request_error", "model_not_found"),
    /** The route exists, but not for this method. */
    METHOD_NOT_ALLOWED(405, "invalid_request_error", "method"),
    /** The request did not arrive in time. */
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout"),
    /** The client cancelled the request. */
    CANCELLED(409, "invalid_request_error", "cancelled"),
    /** The body or an image in it is too large. */
    REQUEST_TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    /** The body or an image in it has an unsupported format. */
    UNSUPPORTED_FORMAT(415, "invalid_request_error", "unsupported_format"),
    /** The address is that of a WebSocket. */
    UPGRADE_REQUIRED(426, "invalid_request_error", "upgrade_required"),
    /** The queue, or the memory for requests, is full. */
    QUEUE_FULL(429, "rate_limit_error", "queue_full"),
    /** The client has tried too many wrong tokens. */
    TOO_MANY_ATTEMPTS(429, "rate_limit_error", "too_many_attempts"),
    /** The images could not be generated, or the server has a fault. */
    FAILED(500, "server_error", "failed"),
    /** The server is shutting down. */
    SHUTTING_DOWN(503, "server_error", "closing"),
    /** The images were not ready before the deadline. */
    DEADLINE_EXCEEDED(504, "server_error", "deadline");

    private final int status;
    private final String type;
    private final String code;

    ErrorCode(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** Returns the type of error, as OpenAI names it. */
    public String type() {
        return type;
    }

    /** Returns the short code for programs. */
    public String code() {
        return code;
    }
}
