package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;

import java.util.stream.Stream;

/**
 * Handshakes and frames that violate the WebSocket protocol, and hostile messages in live sessions. After the status
 * 101, the byte 0x88 begins a close frame with its code.
 */
final class HostileSockets {
    private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";
    private static final String BEGIN = "GET /v1/live HTTP/1.1\r\n" + HOST + UPGRADE;
    private static final String HANDSHAKE = BEGIN + KEY + VERSION + "\r\n";

    private HostileSockets() {}

    static Stream<HostileRequest> all() {
        return Stream.of(handshakes(), frames(), messages()).flatMap(list -> list);
    }

    private static Stream<HostileRequest> handshakes() {
        String otherVersion = "\"live sessions are WebSockets: connect with version 13 of the protocol\"";
        return Stream.of(
                new HostileRequest(
                        "an upgrade without a key",
                        BEGIN + VERSION + "\r\n",
                        400,
                        "\"a WebSocket begins with the header Sec-WebSocket-Key: 16 bytes in Base64\""),
                new HostileRequest(
                        "an upgrade to an old version",
                        BEGIN + KEY + "Sec-WebSocket-Version: 1\r\n\r\n",
                        426,
                        otherVersion),
                new HostileRequest(
                        "an upgrade by a page of another site",
                        BEGIN + KEY + VERSION + "Origin: https://evil.example\r\n\r\n",
                        403,
                        "\"pages of other sites may not use this server; --allow-origin"),
                new HostileRequest(
                        "a live session without an upgrade",
                        "GET /v1/live HTTP/1.1\r\n" + HOST + "\r\n",
                        426,
                        otherVersion),
                new HostileRequest(
                        "an upgrade at an address without WebSockets",
                        BEGIN.replace("/v1/live", "/v1/models") + KEY + VERSION + "\r\n",
                        404,
                        "\"there is nothing at this address\""),
                new HostileRequest(
                        "an upgrade of ComfyUI without a key",
                        BEGIN.replace("/v1/live", "/ws") + VERSION + "\r\n",
                        400,
                        "\"a WebSocket begins with the header Sec-WebSocket-Key: 16 bytes in Base64\""),
                new HostileRequest(
                        "an upgrade whose key is no key",
                        BEGIN + "Sec-WebSocket-Key: \r\n" + VERSION + "\r\n",
                        400,
                        "16 bytes in Base64"),
                new HostileRequest(
                        "an upgrade with a broken escape",
                        BEGIN.replace("/v1/live", "/ws?clientId=%zz") + KEY + VERSION + "\r\n",
                        400,
                        "the query in the address is not text"),
                new HostileRequest(
                        "a client of ComfyUI that is half of a surrogate pair",
                        BEGIN.replace("/v1/live", "/ws?clientId=%ed%a0%80") + KEY + VERSION + "\r\n",
                        400,
                        "the query in the address is not text"));
    }

    private static Stream<HostileRequest> frames() {
        String protocolError = "\u0088.\u0003\u00ea";
        String tooBig = "\u0088.\u0003\u00f1";
        String invalidText = "\u0088.\u0003\u00ef";
        return Stream.of(
                new HostileRequest("an unmasked frame", HANDSHAKE + "\u0081\u0002{}", 101, protocolError),
                new HostileRequest(
                        "a frame of 2^63 bytes",
                        HANDSHAKE + "\u0081\u00ff\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\0\0",
                        101,
                        tooBig),
                new HostileRequest(
                        "a compressed frame, which was not negotiated",
                        HANDSHAKE.replace(VERSION, VERSION + "Sec-WebSocket-Extensions: permessage-deflate\r\n")
                                + "\u00c1\u0082\0\0\0\0{}",
                        101,
                        protocolError),
                new HostileRequest("an unknown opcode", HANDSHAKE + "\u0083\u0080\0\0\0\0", 101, protocolError),
                new HostileRequest(
                        "text that is not UTF-8", HANDSHAKE + "\u0081\u0082\0\0\0\0\u00ff\u00fe", 101, invalidText),
                new HostileRequest(
                        "half of a surrogate pair in UTF-8",
                        HANDSHAKE + "\u0081\u0083\0\0\0\0\u00ed\u00a0\u0080",
                        101,
                        invalidText),
                new HostileRequest(
                        "a ping of 126 bytes",
                        HANDSHAKE + "\u0089\u00fe\0~\0\0\0\0" + "a".repeat(126),
                        101,
                        protocolError),
                new HostileRequest("a continuation of nothing", HANDSHAKE + "\u0080\u0080\0\0\0\0", 101, protocolError),
                new HostileRequest(
                        "a close frame with the code 0", HANDSHAKE + "\u0088\u0082\0\0\0\0\0\0", 101, protocolError),
                new HostileRequest(
                        "a message in bytes",
                        HANDSHAKE + "\u0082\u0082\0\0\0\0{}",
                        101,
                        "messages to a live session are text"));
    }

    private static Stream<HostileRequest> messages() {
        return Stream.of(
                message("a message that is no JSON", "{", "is not valid JSON"),
                message("a message that is null", "null", "is not a JSON object"),
                message("an empty message", "", "is not a JSON object"),
                message(
                        "a message of an unknown type",
                        "{\"type\": \"\\ud800\"}",
                        "the type of a message is draw or cancel"),
                message("a message whose type is a list", "{\"type\": []}", "type must be a string"),
                message(
                        "an id beyond whole numbers",
                        "{\"id\": 1e308, \"prompt\": \"a\"}",
                        "id must be a whole number"),
                message("an id that is NaN", "{\"id\": NaN, \"prompt\": \"a\"}", "id must be a whole number"),
                message(
                        "a message without a prompt",
                        "{\"id\": 7}",
                        "\"id\":7.*the request has no prompt|the request has no prompt.*\"id\":7"),
                message("an infinite guidance", draw("\"guidance\": -Infinity"), "guidance must be a number"),
                message("a guidance of 1e308", draw("\"guidance\": 1e308"), "guidance scale must be a number from 0"),
                message("a field of half a surrogate pair", draw("\"\\ud800\": 1"), "is not valid JSON"),
                message("a sampler of half a surrogate pair", draw("\"sampler\": \"\\udfff\""), "there is no sampler"),
                message("a prompt twice", draw("\"prompt\": \"b\""), "duplicate key"),
                message(
                        "a message nested a thousand deep",
                        draw("\"x\": " + "[".repeat(1000) + "]".repeat(1000)),
                        "nesting depth"),
                message("a picture that is none", draw("\"image\": \"%%\""), "image is not an image in Base64"),
                message(
                        "a ControlNet whose scale is NaN",
                        draw("\"controls\": [{\"name\": \"controlnet-sd15\", \"scale\": NaN, \"image\": \""
                                + TinyServer.base64(8, 8) + "\"}]"),
                        "scale must be a number"),
                message(
                        "an older ControlNet whose scale is infinite",
                        draw("\"control\": {\"name\": \"controlnet-sd15\", \"scale\": Infinity, \"image\": \""
                                + TinyServer.base64(8, 8) + "\"}"),
                        "scale must be a number"));
    }

    private static String draw(String field) {
        return "{\"id\": 7, \"prompt\": \"a\", \"size\": \"64x64\", \"steps\": 1, " + field + "}";
    }

    private static HostileRequest message(String name, String text, String body) {
        return new HostileRequest(name, HANDSHAKE + RawClient.frame(text), 101, body);
    }
}
