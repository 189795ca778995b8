package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Errors have the form of the API that was asked, whatever kind of response the client says that it accepts. */
class ErrorResponseTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "text/plain", "*/*"})
    void anUnknownAddressIsAnsweredInTheFormOfItsApi(String accepted) throws Exception {
        assertIsOpenAi(send("GET", "/nothing", accepted), 404, "not_found", "there is nothing at this address");
        assertIsAutomatic1111(
                send("GET", "/sdapi/v1/nothing", accepted), 404, "not_found", "there is nothing at this address");
        assertIsOpenAi(send("GET", "/page/nothing", accepted), 404, "not_found", "there is nothing at this address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "text/plain", "*/*"})
    void aWrongMethodIsAnsweredInTheFormOfItsApiWithTheMethodsThatAreAllowed(String accepted) throws Exception {
        HttpResponse<String> openAi = send("DELETE", "/v1/models", accepted);
        assertIsOpenAi(openAi, 405, "method", "this address does not accept this method");
        assertThat(openAi.headers().firstValue("Allow")).contains("GET");
        HttpResponse<String> automatic = send("DELETE", "/sdapi/v1/options", accepted);
        assertIsAutomatic1111(automatic, 405, "method", "this address does not accept this method");
        assertThat(automatic.headers().firstValue("Allow")).contains("GET, POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "text/plain", "*/*"})
    void aRefusedRequestIsAnsweredInTheFormOfItsApi(String accepted) throws Exception {
        String message = "the body must be JSON: send the header Content-Type: application/json";
        assertIsOpenAi(send("POST", "/v1/images/generations", accepted), 415, "unsupported_format", message);
        assertIsAutomatic1111(send("POST", "/sdapi/v1/txt2img", accepted), 415, "unsupported_format", message);
    }

    private static HttpResponse<String> send(String method, String path, String accepted) throws Exception {
        return server.send(
                server.request(path).method(method, BodyPublishers.noBody()).header("Accept", accepted));
    }

    private static void assertIsOpenAi(HttpResponse<String> response, int status, String code, String message) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode error = TinyServer.json(response).get("error");
        assertThat(error.get("code").asString()).isEqualTo(code);
        assertThat(error.get("message").asString()).isEqualTo(message);
        assertThat(error.get("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.has("param")).isTrue();
    }

    private static void assertIsAutomatic1111(HttpResponse<String> response, int status, String code, String message) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(TinyServer.json(response).get("error").asString()).isEqualTo(code);
        assertThat(TinyServer.json(response).get("detail").asString()).isEqualTo(message);
    }
}
