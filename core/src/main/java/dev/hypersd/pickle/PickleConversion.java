package dev.hypersd.pickle;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Converts files of PyTorch to safetensors files. */
public final class PickleConversion {
    private static final Logger LOG = System.getLogger(PickleConversion.class.getPackageName());

    private static final List<String> ENDINGS = List.of(".ckpt", ".pt", ".pth", ".bin");
    private static final String END = ".safetensors";

    /** The position of the JSON in a safetensors file. */
    private static final int HEADER = 8;

    private static final int MOST_NAMED = 12;

    private PickleConversion() {}

    /**
     * Returns whether {@code file} is a pickle, or a zip archive with one, by its first bytes; or by its name, if the
     * first bytes are not those of a safetensors file.
     */
    public static boolean takes(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(HEADER + 1);
        } catch (IOException e) {
            return false;
        }
        if (start.length > HEADER && start[HEADER] == '{') {
            return false;
        }
        boolean zip = start.length > 1 && start[0] == 'P' && start[1] == 'K';
        boolean pickle = start.length > 1 && (start[0] & 0xff) == 0x80 && start[1] >= 0 && start[1] <= 5;
        return zip || pickle || isNamedAsOne(file);
    }

    /** Returns whether the name of {@code file} ends as those of pickles do. */
    public static boolean isNamedAsOne(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /**
     * Writes the weights in {@code file} under their own names to a safetensors file. Only one tensor is in memory at a
     * time. A warning names everything else in the file, which is left out.
     *
     * @param dtype the type in which floating-point numbers are stored; empty to keep their types
     * @param out a file that ends in {@code .safetensors}
     * @throws dev.hypersd.error.InvalidFileException if the file is refused, see {@link TorchFile#open}
     */
    public static void write(Path file, Optional<Dtype> dtype, Path out) {
        if (!out.toString().endsWith(END)) {
            throw new InvalidRequestException(
                    ("%s is a pickle, which can only be converted to a safetensors file: let --out end in %s. That "
                                    + "file can then be converted to a directory")
                            .formatted(file, END));
        }
        try (TorchFile weights = TorchFile.open(file)) {
            warn(weights);
            Engine.infer(() -> {
                SafetensorsWriter.write(out, List.of(weights), dtype, Map.of("format", "pt"));
                return out;
            });
        }
    }

    private static void warn(TorchFile weights) {
        List<String> leftOut = weights.leftOut();
        if (!leftOut.isEmpty()) {
            int more = leftOut.size() - MOST_NAMED;
            LOG.log(
                    Level.WARNING,
                    "{0}: these entries are not weights and were left out: {1}{2}",
                    weights.file(),
                    String.join("; ", leftOut.stream().limit(MOST_NAMED).toList()),
                    more > 0 ? "; and " + more + " more" : "");
        }
    }
}
