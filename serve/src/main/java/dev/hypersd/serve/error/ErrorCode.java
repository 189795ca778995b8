package dev.hypersd.serve.error;

/** Why a request is refused. */
public enum ErrorCode {
    MALFORMED(400, "invalid_request_error", "malformed"),
    UNKNOWN_NAME(404, "invalid_request_error", "model_not_found"),
    INVALID_TOKEN(401, "authentication_error", "invalid_api_key"),
    FOREIGN_HOST(403, "permission_error", "foreign_host"),
    FOREIGN_ORIGIN(403, "permission_error", "foreign_origin"),
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout"),
    CANCELLED(409, "invalid_request_error", "cancelled"),
    REQUEST_TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    UNSUPPORTED_FORMAT(415, "invalid_request_error", "unsupported_format"),
    QUEUE_FULL(429, "rate_limit_error", "queue_full"),
    SHUTTING_DOWN(503, "server_error", "closing"),
    DEADLINE_EXCEEDED(504, "server_error", "deadline");

    private final int status;
    private final String type;
    private final String code;

    ErrorCode(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The type of error in OpenAI's words. */
    public String type() {
        return type;
    }

    /** A short word for programs. */
    public String code() {
        return code;
    }
}
