package dev.hypersd.serve.refusal;

/** Why a request is refused. */
public enum Refusal {
    MALFORMED(400, "invalid_request_error", "malformed"),
    UNKNOWN_NAME(404, "invalid_request_error", "model_not_found"),
    TOKEN_MISSING(401, "authentication_error", "invalid_api_key"),
    FOREIGN_HOST(403, "permission_error", "foreign_host"),
    FOREIGN_ORIGIN(403, "permission_error", "foreign_origin"),
    TOO_SLOW(408, "invalid_request_error", "request_timeout"),
    CANCELLED(409, "invalid_request_error", "cancelled"),
    TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    WRONG_FORMAT(415, "invalid_request_error", "unsupported_format"),
    BUSY(429, "rate_limit_error", "queue_full"),
    CLOSING(503, "server_error", "closing"),
    TOO_LATE(504, "server_error", "deadline");

    private final int status;
    private final String type;
    private final String code;

    Refusal(int status, String type, String code) {
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
