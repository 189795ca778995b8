package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FilesBelow;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelSource;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A hash of everything that determines pictures: the request, the contents (not the names) of every file that it and
 * the model name, and the type, placement and device of the computation. Caches of pictures and of their metrics are
 * kept under it.
 *
 * <p>Contents are hashed with SHA-256. Within one run of the program a file is hashed only once, as long as its size
 * and its time do not change.
 */
public final class PictureFingerprint {
    /**
     * The extensions of the files that a model is read from; other files in its folder, such as weights in other
     * formats, are ignored.
     */
    private static final List<String> ENDINGS = List.of(".safetensors", ".json", ".txt");

    private static final int DIGITS = 32;

    private static final Map<State, String> HASHED = new ConcurrentHashMap<>();

    private record State(Path file, FileTime modified, long size) {}

    private final Fingerprint digest = new Fingerprint();

    private PictureFingerprint() {}

    /** Returns the hash of what {@code model} draws for {@code request}, in 32 hexadecimal digits. */
    public static String of(ModelSource model, ImageRequest request) {
        PictureFingerprint fingerprint = new PictureFingerprint();
        fingerprint.add(model);
        fingerprint.add(request);
        return fingerprint.digest.digits(DIGITS);
    }

    /** Returns the hash of {@code request} alone. */
    public static String of(ImageRequest request) {
        PictureFingerprint fingerprint = new PictureFingerprint();
        fingerprint.add(request);
        return fingerprint.digest.digits(DIGITS);
    }

    /** Returns the hash of {@code model} alone. */
    public static String of(ModelSource model) {
        PictureFingerprint fingerprint = new PictureFingerprint();
        fingerprint.add(model);
        return fingerprint.digest.digits(DIGITS);
    }

    private void add(ModelSource model) {
        say("model", model.options().placement(), model.options().variant());
        addPath(model.location());
        model.options().checkpoints().forEach(file -> {
            say("checkpoint");
            addPath(file);
        });
        model.options().autoencoder().ifPresent(path -> {
            say("autoencoder");
            addPath(path);
        });
        model.options().prediction().ifPresent(prediction -> say("prediction", prediction.text()));
        model.options().refiner().ifPresent(refiner -> {
            say("refiner");
            add(refiner);
        });
    }

    private void add(ImageRequest request) {
        say(
                "request",
                request.prompts(),
                request.syntax(),
                request.imagesPerPrompt(),
                request.size(),
                request.sampler(),
                request.steps(),
                request.guidance(),
                request.seed(),
                request.clipSkip(),
                request.tiling(),
                request.microConditioning(),
                request.refinerSwitch(),
                request.hires());
        request.prediction().ifPresent(prediction -> say("prediction", prediction.text()));
        request.loras().forEach(lora -> {
            say("lora", lora.weight(), lora.fit(), lora.alphas());
            addPath(lora.file());
        });
        request.words().forEach(word -> {
            say("word", word.word());
            addPath(word.file());
        });
        for (Control control : request.controls()) {
            say("control", control.scale(), control.from(), control.to(), control.mode());
            add(control.picture());
            addPath(control.network());
        }
        request.original().ifPresent(original -> {
            say("original");
            add(original.picture());
            original.mask().ifPresent(this::add);
            if (original.keptStrength() > 0) {
                say("kept strength", original.keptStrength());
            }
        });
    }

    /** Adds values, each with its length, so that different sequences never look alike. */
    private void say(Object... values) {
        for (Object value : values) {
            String text = String.valueOf(value);
            digest.add(text.length() + ":" + text);
        }
    }

    private void add(Image picture) {
        say("picture", picture.width(), picture.height());
        digest.add(ByteBuffer.wrap(picture.rgb()));
    }

    /** Adds the contents of a file, or of all files of a folder that a model is read from. */
    private void addPath(Path path) {
        try {
            for (Path file : FilesBelow.of(path)) {
                String name = file.equals(path) ? "" : path.relativize(file).toString();
                if (name.isEmpty() || ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith)) {
                    say(name, hashed(file));
                }
            }
        } catch (IOException e) {
            throw new InvalidFileException(path, "not found or cannot be read", e);
        }
    }

    private static String hashed(Path file) throws IOException {
        State state = new State(file.toRealPath(), Files.getLastModifiedTime(file), Files.size(file));
        return HASHED.computeIfAbsent(state, now -> Fingerprint.ofContents(now.file()));
    }
}
