package dev.hypersd.serve.mcp;

import dev.hypersd.json.Json;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.json.JsonMapper;

/** Messages of JSON-RPC 2.0 as text, read as strictly as all JSON here. */
final class McpMessages {
    /** Converts the messages of the SDK. */
    static final McpJsonMapper MAPPER = new JacksonMcpJsonMapper((JsonMapper) Json.MAPPER);

    private static final Path NAME = Path.of("message");

    private McpMessages() {}

    /**
     * Parses a message.
     *
     * @throws ApiException if it is none
     */
    static JSONRPCMessage parse(byte[] encoded) {
        String text = Json.utf8(NAME, encoded);
        if (text.strip().equals("null")) { // The SDK would not expect that.
            throw none();
        }
        try {
            return McpSchema.deserializeJsonRpcMessage(MAPPER, text);
        } catch (IOException | IllegalArgumentException e) {
            throw e.getCause() instanceof StreamReadException cause
                    ? new ApiException(ErrorCode.MALFORMED, "the message " + Json.reason(cause))
                    : none();
        }
    }

    private static ApiException none() {
        return new ApiException(
                ErrorCode.MALFORMED,
                "the message is none of JSON-RPC 2.0: send one object with jsonrpc, method, params and, for a request, "
                        + "an id");
    }

    /** Returns a message in one line. */
    static String text(JSONRPCMessage message) {
        try {
            return MAPPER.writeValueAsString(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the answer to a message that is refused before a handler gets it.
     *
     * @param id its number; empty if it could not be read
     */
    static String refusal(Optional<Object> id, ApiError error) {
        return Json.MAPPER.writeValueAsString(Responses.jsonRpc(id, error));
    }
}
