package dev.hypersd.serve;

import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Serves a page. Its files come with the program and are listed here by name, so that no other file can be requested.
 *
 * @param index the file that is sent at {@code /}, after the {@link #HEAD} that all pages share
 * @param files all other files of the page
 */
record PageRoutes(String index, Set<String> files) {
    private static final String HEAD = "head.html";

    /** The page to draw on. */
    static final PageRoutes DRAWING = new PageRoutes(
            "index.html",
            Set.of(
                    "style.css",
                    "drawing.css",
                    "settings.css",
                    "icon.svg",
                    "main.js",
                    "camera.js",
                    "choices.js",
                    "commands.js",
                    "compare.js",
                    "connection.js",
                    "controlnets.js",
                    "drawing.js",
                    "exact.js",
                    "exporting.js",
                    "fields.js",
                    "files.js",
                    "history.js",
                    "keeping.js",
                    "live.js",
                    "login.js",
                    "mask.js",
                    "meaning.js",
                    "memory.js",
                    "notices.js",
                    "pen.js",
                    "picture.js",
                    "prompt.js",
                    "request.js",
                    "roving.js",
                    "settings.js",
                    "sheet.js",
                    "size.js",
                    "speed.js",
                    "store.js",
                    "styles.js",
                    "texts.js",
                    "theme.js",
                    "warnings.js",
                    "words.js",
                    "openapi.json"));

    /** The page of a preference study. */
    static final PageRoutes STUDY = new PageRoutes(
            "study.html",
            Set.of(
                    "style.css",
                    "study.css",
                    "icon.svg",
                    "study.js",
                    "ballot.js",
                    "memory.js",
                    "texts.js",
                    "theme.js",
                    "login.js",
                    "words.js"));

    /** The page of training runs. */
    static final PageRoutes RUNS = new PageRoutes(
            "runs.html",
            Set.of(
                    "style.css",
                    "runs.css",
                    "icon.svg",
                    "runs.js",
                    "chart.js",
                    "curves.js",
                    "memory.js",
                    "sheets.js",
                    "recipes.js",
                    "theme.js",
                    "login.js"));

    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    /**
     * The content security policy, which allows only files of this server, and images from memory: no frames, no
     * plugins, no inline scripts or styles.
     */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    void register(RoutesConfig routes) {
        routes.get("/", this::page);
        if (files.contains("openapi.json")) {
            routes.get("/openapi.json", context -> send(context, "openapi.json"));
        }
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
    private void page(Context context) {
        if (Responses.path(context).isEmpty()) {
            context.redirect(context.contextPath() + "/");
        } else {
            context.contentType("text/html; charset=utf-8").result(read(HEAD, index));
        }
    }

    private void send(Context context, String name) {
        if (!files.contains(name)) {
            Responses.error(context, ApiError.ofStatus(404));
            return;
        }
        String type = Objects.requireNonNull(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), name);
        context.contentType(type).result(read(name));
    }

    /** Returns the contents of these files, one after the other. */
    private static byte[] read(String... names) {
        ByteArrayOutputStream contents = new ByteArrayOutputStream();
        for (String name : names) {
            try (InputStream in = Objects.requireNonNull(PageRoutes.class.getResourceAsStream("page/" + name), name)) {
                in.transferTo(contents);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return contents.toByteArray();
    }
}
