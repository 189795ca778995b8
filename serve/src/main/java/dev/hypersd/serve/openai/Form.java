package dev.hypersd.serve.openai;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.Original;
import dev.hypersd.serve.intake.Body;
import dev.hypersd.serve.intake.Fields;
import dev.hypersd.serve.intake.PictureReader;
import dev.hypersd.serve.refusal.Refusal;
import dev.hypersd.serve.refusal.RefusedException;
import dev.hypersd.serve.studio.Limits;
import dev.hypersd.serve.studio.Wish;
import io.javalin.http.Context;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The parts of an edit, which come as {@code multipart/form-data}. */
final class Form {
    private static final long SEEDS = 1L << 32;

    private final Collection<Part> parts;
    private final Limits limits;

    private Form(Collection<Part> parts, Limits limits) {
        this.parts = parts;
        this.limits = limits;
    }

    /** @throws RefusedException if it is too large, or no form */
    static Form of(Context context, Limits limits) {
        if (!context.isMultipartFormData()) {
            throw new RefusedException(
                    Refusal.WRONG_FORMAT, "an edit is sent as multipart/form-data, with the parts image and prompt");
        }
        Body.checkHead(context, limits);
        try {
            return new Form(context.req().getParts(), limits);
        } catch (IOException | ServletException | IllegalStateException e) {
            throw new RefusedException(
                    Refusal.MALFORMED,
                    "the form cannot be read: it is damaged, or larger than %d bytes".formatted(limits.body()));
        }
    }

    /** What the form wishes. OpenAI's masks are transparent where to draw anew. */
    Wish wish() {
        Wish.Builder wish = Wish.of(text("prompt")
                        .orElseThrow(() -> new RefusedException(Refusal.MALFORMED, "the request has no prompt")))
                .count(number("n").map(Double::intValue).orElse(1))
                .seed(number("seed")
                        .map(Double::longValue)
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong(SEEDS)));
        text("negative_prompt").ifPresent(wish::negative);
        text("model").ifPresent(wish::model);
        text("sampler").ifPresent(wish::sampler);
        number("steps").ifPresent(steps -> wish.steps(steps.intValue()));
        number("eta").ifPresent(wish::eta);
        number("guidance").ifPresent(wish::guidance);
        text("size").flatMap(Fields::size).ifPresent(size -> wish.size(size.width(), size.height()));
        byte[] image = bytes("image")
                .or(() -> bytes("image[]"))
                .orElseThrow(() -> new RefusedException(Refusal.MALFORMED, "the form has no part named image"));
        Image picture = PictureReader.decode("image", image, limits);
        Optional<Image> mask = bytes("mask").map(encoded -> TransparentMask.of(encoded, limits));
        wish.strength(number("strength").orElse(mask.isPresent() ? 1.0 : Wish.USUAL_STRENGTH));
        return wish.original(new Original(picture, mask)).build();
    }

    /** A part that is text. */
    Optional<String> text(String name) {
        return bytes(name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    private Optional<Double> number(String name) {
        return text(name).map(text -> {
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException e) {
                throw new RefusedException(Refusal.MALFORMED, name + " must be a number");
            }
        });
    }

    private Optional<byte[]> bytes(String name) {
        return parts.stream()
                .filter(part -> name.equals(part.getName()))
                .findFirst()
                .map(part -> {
                    try (InputStream in = part.getInputStream()) {
                        return in.readAllBytes();
                    } catch (IOException e) {
                        throw new RefusedException(Refusal.MALFORMED, "the part " + name + " cannot be read");
                    }
                });
    }
}
