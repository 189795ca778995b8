package dev.hypersd.serve;

import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/**
 * Serves the page. Its files come with the program and are listed here by name, so that no other file can be requested.
 */
final class PageRoutes {
    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("index.html", "text/html; charset=utf-8"),
            Map.entry("style.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("main.js", "text/javascript; charset=utf-8"),
            Map.entry("connection.js", "text/javascript; charset=utf-8"),
            Map.entry("controls.js", "text/javascript; charset=utf-8"),
            Map.entry("exact.js", "text/javascript; charset=utf-8"),
            Map.entry("warnings.js", "text/javascript; charset=utf-8"),
            Map.entry("drawing.js", "text/javascript; charset=utf-8"),
            Map.entry("history.js", "text/javascript; charset=utf-8"),
            Map.entry("compare.js", "text/javascript; charset=utf-8"),
            Map.entry("speed.js", "text/javascript; charset=utf-8"),
            Map.entry("openapi.json", "application/json"));

    /**
     * The content security policy, which allows only files of this server, and images from memory: no frames, no
     * plugins, no inline scripts or styles.
     */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private PageRoutes() {}

    static void register(RoutesConfig routes) {
        routes.get("/", PageRoutes::page);
        routes.get("/openapi.json", context -> send(context, "openapi.json"));
        routes.get("/page/{file}", context -> send(context, context.pathParam("file")));
    }

    /** Sets the security headers that every response has. */
    static void setSecurityHeaders(Context context) {
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
        context.header("Cache-Control", "no-store");
    }

    /** The addresses in the page are relative, which needs the slash at the end of a base path. */
    private static void page(Context context) {
        if (Responses.path(context).isEmpty()) {
            context.redirect(context.contextPath() + "/");
        } else {
            send(context, "index.html");
        }
    }

    private static void send(Context context, String name) {
        String type = FILES.getOrDefault(name, "");
        if (type.isEmpty()) {
            Responses.error(context, ApiError.ofStatus(404));
            return;
        }
        try (InputStream in = Objects.requireNonNull(PageRoutes.class.getResourceAsStream("page/" + name), name)) {
            context.contentType(type).result(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
