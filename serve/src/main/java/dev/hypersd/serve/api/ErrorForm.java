package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The form in which the clients of an API read errors. */
enum ErrorForm {
    OPEN_AI(""),
    AUTOMATIC1111("/(sdapi|controlnet|internal)/.*|/queue/status|/config"),
    MODEL_CONTEXT_PROTOCOL("/mcp"),
    COMFY_UI("(/api)?/(prompt|queue|history|view|upload|interrupt|object_info|system_stats|embeddings|ws|etn)(/.*)?");

    /** The codes of JSON-RPC for requests that are not valid, and for other errors of a server. */
    private static final int INVALID_REQUEST = -32600;

    private static final int SERVER_ERROR = -32000;

    private final Pattern addresses;

    ErrorForm(String addresses) {
        this.addresses = Pattern.compile(addresses);
    }

    /** Returns the form of the API to which an address below the base path belongs; OpenAI's if to none. */
    static ErrorForm of(String path) {
        for (ErrorForm form : new ErrorForm[] {AUTOMATIC1111, MODEL_CONTEXT_PROTOCOL, COMFY_UI}) {
            if (form.addresses.matcher(path).matches()) {
                return form;
            }
        }
        return OPEN_AI;
    }

    /** Returns the body of an error. */
    Map<String, Object> body(ApiError error) {
        return switch (this) {
            case OPEN_AI -> openAi(error);
            case AUTOMATIC1111 ->
                Map.of("error", error.code(), "detail", error.message(), "body", "", "errors", error.message());
            case MODEL_CONTEXT_PROTOCOL -> jsonRpc(Optional.empty(), error);
            case COMFY_UI ->
                Map.of(
                        "error",
                        Map.of("type", error.code(), "message", error.message(), "details", "", "extra_info", Map.of()),
                        "node_errors",
                        Map.of());
        };
    }

    /**
     * Returns an error in the form of JSON-RPC 2.0.
     *
     * @param id the number of the request; empty if it is not known
     */
    static Map<String, Object> jsonRpc(Optional<Object> id, ApiError error) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("jsonrpc", "2.0");
        fields.put("id", id.orElse(null));
        fields.put(
                "error",
                Map.of(
                        "code",
                        error.status() == ErrorCode.MALFORMED.status() ? INVALID_REQUEST : SERVER_ERROR,
                        "message",
                        error.message(),
                        "data",
                        Map.of("code", error.code())));
        return fields;
    }

    private static Map<String, Object> openAi(ApiError error) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", error.message());
        fields.put("type", error.type());
        fields.put("param", null);
        fields.put("code", error.code());
        return Map.of("error", fields);
    }
}
