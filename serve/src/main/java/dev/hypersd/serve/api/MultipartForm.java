package dev.hypersd.serve.api;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Promise;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request body of type {@code multipart/form-data}, in which OpenAI's API sends images.
 *
 * @param fields the parts that are text, as a JSON object
 * @param files the parts that are files, by their names
 */
record MultipartForm(JsonObject fields, Map<String, List<byte[]>> files) {
    private static final int MAX_PARTS = 64;
    /** The longest boundary (RFC 2046, section 5.1.1). */
    private static final int MAX_BOUNDARY = 70;

    private static final int MAX_PART_HEADERS = 1 << 10;

    /** The parameter of the media type, whose name may be in capitals (RFC 9110, section 5.6.6). */
    private static final Pattern PARAMETER = Pattern.compile("\\bboundary=", Pattern.CASE_INSENSITIVE);

    /** The parts that are files; all others are fields, also where a client gives them the name of a file. */
    private static final Set<String> FILES = Set.of("image", "mask");

    /**
     * Reads the body of {@code context}.
     *
     * @throws ApiException if it is too large, arrives too slowly, or is not a form
     */
    static MultipartForm of(Context context) {
        String type = Optional.ofNullable(context.header("Content-Type")).orElse("");
        String boundary = boundary(type);
        if (!type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data") || boundary.isEmpty()) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "images are sent as multipart/form-data, with a part that is named image");
        }
        return parse(boundary, RequestBody.bytes(context));
    }

    /** Returns the boundary that the header states; empty if it states none that can be read. */
    private static String boundary(String type) {
        String stated;
        try {
            stated = Objects.requireNonNullElse(
                    MultiPart.extractBoundary(PARAMETER.matcher(type).replaceAll("boundary=")), "");
        } catch (RuntimeException e) {
            // The parser of headers meets hostile ones with exceptions of several kinds.
            return "";
        }
        if (stated.length() > MAX_BOUNDARY || !stated.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    "the boundary of a form has 1 to %d characters, all of them of ASCII".formatted(MAX_BOUNDARY));
        }
        return stated;
    }

    /** Parses a body that was read completely within the limits of size and time. */
    private static MultipartForm parse(String boundary, byte[] body) {
        MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
        parser.setMaxParts(MAX_PARTS);
        parser.setMaxMemoryFileSize(body.length);
        parser.setPartHeadersMaxLength(MAX_PART_HEADERS);
        CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
        parser.parse(new ByteBufferContentSource(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
        ObjectNode fields = Json.MAPPER.createObjectNode();
        Map<String, List<byte[]>> files = new LinkedHashMap<>();
        try (MultiPartFormData.Parts parts = parsed.join()) {
            for (MultiPart.Part part : parts) {
                if (part.getName() != null) {
                    read(part, fields, files);
                }
            }
        } catch (IOException | CompletionException | IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    "the form cannot be read: it is damaged, or has more than %d parts".formatted(MAX_PARTS));
        }
        return new MultipartForm(Json.of(RequestBody.NAME, fields).lenient(), files);
    }

    /** Reads one part. Programs send several files of one name as {@code image[]}. */
    private static void read(MultiPart.Part part, ObjectNode fields, Map<String, List<byte[]>> files)
            throws IOException {
        String name = part.getName().replaceFirst("\\[\\d*]$", "");
        try (InputStream in = Content.Source.asInputStream(part.getContentSource())) {
            byte[] content = in.readAllBytes();
            if (FILES.contains(name)) {
                files.computeIfAbsent(name, _ -> new ArrayList<>()).add(content);
            } else if (!fields.has(name)) {
                put(fields, name, content, part.getFileName() != null);
            } else {
                throw new ApiException(ErrorCode.MALFORMED, "the form has more than one part named " + name);
            }
        }
    }

    /** Adds a field. A file that is no text becomes an object, which no field of a form may be. */
    private static void put(ObjectNode fields, String name, byte[] content, boolean isFile) {
        try {
            fields.put(name, Json.utf8(Path.of(name), content));
        } catch (InvalidFileException e) {
            if (!isFile) {
                throw e;
            }
            fields.putObject(name);
        }
    }

    /**
     * Returns the file of this name, if the form has it.
     *
     * @throws ApiException if the form has several
     */
    Optional<byte[]> file(String name) {
        List<byte[]> found = files.getOrDefault(name, List.of());
        if (found.size() > 1) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    "the form has %d parts named %s: this server takes one".formatted(found.size(), name));
        }
        return found.stream().findFirst();
    }
}
