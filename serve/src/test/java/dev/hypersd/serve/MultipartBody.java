package dev.hypersd.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A body of {@code multipart/form-data}, as clients of OpenAI send images. */
final class MultipartBody {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    MultipartBody text(String name, String value) {
        return part("name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
    }

    MultipartBody file(String name, byte[] content) {
        return part("name=\"" + name + "\"; filename=\"" + name + ".png\"", content);
    }

    private MultipartBody part(String disposition, byte[] content) {
        body.writeBytes(("--edge\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    HttpResponse<String> post(TinyServer server, String path) throws IOException, InterruptedException {
        body.writeBytes("--edge--\r\n".getBytes(StandardCharsets.US_ASCII));
        return server.send(server.request(path)
                .header("Content-Type", "multipart/form-data; boundary=edge")
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
    }
}
