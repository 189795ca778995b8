package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.util.Promise;

/** Reads a request to edit an image, which OpenAI's API sends as {@code multipart/form-data}. */
final class EditForm {
    /** Parts that are options as they stand. */
    private static final List<Option<?>> TEXTS = List.of(
            Option.NEGATIVE_PROMPT,
            Option.MODEL,
            Option.SAMPLER,
            Option.STEPS,
            Option.EXACT_STEPS,
            Option.ETA,
            Option.GUIDANCE,
            Option.SEED,
            Option.SIZE,
            Option.STRENGTH,
            Option.PRESET);

    /** As a seed it asks for a random one. */
    private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-\\d+");

    private static final int MAX_PARTS = 32;
    private static final int MAX_PART_HEADERS = 1 << 10;

    private final Map<String, byte[]> parts;
    private final RequestMemory.Reservation memory;

    private EditForm(Map<String, byte[]> parts, RequestMemory.Reservation memory) {
        this.parts = parts;
        this.memory = memory;
    }

    /**
     * Reads the body of {@code context}.
     *
     * @throws ApiException if it is too large, arrives too slowly, or is no form
     */
    static EditForm of(Context context) {
        String type = Optional.ofNullable(context.contentType()).orElse("");
        String boundary = MultiPart.extractBoundary(type);
        if (!type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data") || boundary == null) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "an edit is sent as multipart/form-data, with the parts image and prompt");
        }
        return new EditForm(parts(boundary, RequestBody.bytes(context)), RequestMemory.of(context));
    }

    /** Parses a body that has been read completely, within the limits of size and time. */
    private static Map<String, byte[]> parts(String boundary, byte[] body) {
        MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
        parser.setMaxParts(MAX_PARTS);
        parser.setMaxMemoryFileSize(body.length);
        parser.setPartHeadersMaxLength(MAX_PART_HEADERS);
        CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
        parser.parse(new ByteBufferContentSource(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
        Map<String, byte[]> found = new HashMap<>();
        try (MultiPartFormData.Parts parts = parsed.join()) {
            for (MultiPart.Part part : parts) {
                if (part.getName() != null) {
                    try (InputStream in = Content.Source.asInputStream(part.getContentSource())) {
                        found.putIfAbsent(part.getName(), in.readAllBytes());
                    }
                }
            }
            return found;
        } catch (IOException | CompletionException | IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.MALFORMED,
                    "the form cannot be read: it is damaged, or has more than %d parts".formatted(MAX_PARTS));
        }
    }

    /** What to generate. OpenAI's masks are transparent where to paint anew. */
    GenerationOptions options() {
        GenerationOptions.Builder options = GenerationOptions.of(text("prompt")
                        .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the request has no prompt")))
                .toBuilder()
                .count(text("n")
                        .map(text -> GenerationFields.wholeNumber("n", text))
                        .orElse(1));
        for (Option<?> option : TEXTS) {
            text(option.key())
                    .filter(text -> option != Option.SIZE || !text.equals("auto"))
                    .filter(text -> option != Option.SEED
                            || !NEGATIVE_NUMBER.matcher(text).matches())
                    .filter(text -> option != Option.NEGATIVE_PROMPT || !text.isBlank())
                    .ifPresent(text -> options.parse(option, text));
        }
        if (!options.build().has(Option.SEED)) {
            options.seed(GenerationFields.randomSeed());
        }
        byte[] image = bytes("image")
                .or(() -> bytes("image[]"))
                .orElseThrow(() -> new ApiException(ErrorCode.MALFORMED, "the form has no part named image"));
        options.image(PictureSource.of(UploadedImages.decode("image", image, memory)));
        bytes("mask").ifPresent(mask -> options.mask(PictureSource.of(UploadedImages.transparentMask(mask, memory))));
        return options.build();
    }

    /** Returns a part that is text, if the form has it. */
    Optional<String> text(String name) {
        return bytes(name).map(bytes -> Json.utf8(Path.of(name), bytes));
    }

    private Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(parts.get(name));
    }
}
