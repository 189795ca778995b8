package dev.hypersd.training;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The checkpoints of a run, one safetensors file each: {@code step-00000500.safetensors}. A file gets its name when it
 * is complete, so the one with the highest number is complete however the run ended. It has a checksum of each tensor,
 * so that damage is found when it is read.
 *
 * @param folder the folder, which exists
 * @param keep how many of the newest are kept, at least 1; the best is kept in addition
 * @param notes what each checkpoint says of the run in its metadata
 */
public record Checkpoints(Path folder, int keep, Map<String, String> notes) {
    private static final Pattern NAME = Pattern.compile("step-(\\d{8,})\\.safetensors");
    private static final String BEST = "best.safetensors";

    public Checkpoints {
        notes = Map.copyOf(notes);
        if (keep < 1) {
            throw new IllegalArgumentException("keeps " + keep + " checkpoints, it must be at least 1");
        }
    }

    /** Creates checkpoints without notes. */
    public Checkpoints(Path folder, int keep) {
        this(folder, keep, Map.of());
    }

    /** Returns the same checkpoints, of which new ones have these notes. */
    public Checkpoints noting(Map<String, String> other) {
        return new Checkpoints(folder, keep, other);
    }

    /** Returns the step of the newest checkpoint, if there is one. */
    public OptionalLong latest() {
        return steps().stream().mapToLong(Long::longValue).max();
    }

    /** Returns the file of the checkpoint after {@code step}. */
    public Path file(long step) {
        return folder.resolve("step-%08d.safetensors".formatted(step));
    }

    /**
     * Returns the metadata of the checkpoint after {@code step}.
     *
     * @throws InvalidFileException if it is damaged; the message says which one is not
     */
    public Map<String, String> metadata(long step) {
        Path path = file(step);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Checksums.requireMetadata(file);
            return file.metadata();
        } catch (InvalidFileException e) {
            throw damaged(path, e);
        }
    }

    /** Saves {@code state}, then deletes checkpoints that are older than the newest ones. */
    void save(long step, Map<String, Tensor> state, Map<String, String> metadata) {
        Map<String, String> all = new TreeMap<>(notes);
        all.putAll(metadata);
        SafetensorsWriter.write(file(step), state, Checksums.added(all, state));
        List<Long> steps = steps();
        steps.subList(0, Math.max(steps.size() - keep, 0)).forEach(old -> delete(file(old)));
    }

    /** Marks the checkpoint after {@code step} as the best one, which is kept. */
    void best(long step) {
        Path link = folder.resolve(BEST);
        Path temporary = folder.resolve(BEST + ".new");
        try {
            Files.deleteIfExists(temporary);
            Files.createLink(temporary, file(step));
            Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new HyperSdException(link + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Fills {@code state} from the file of {@code step} and returns its metadata.
     *
     * @throws InvalidFileException if the file is of another run: tensors are missing or have other shapes
     */
    Map<String, String> restore(long step, Map<String, Tensor> state) {
        return restore(file(step), state);
    }

    /**
     * Fills {@code state} from the best checkpoint.
     *
     * @throws InvalidFileException if there is none, or it is of another run
     */
    void restoreBest(Map<String, Tensor> state) {
        restore(folder.resolve(BEST), state);
    }

    private Map<String, String> restore(Path path, Map<String, Tensor> state) {
        return Engine.infer(() -> {
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                Checksums.requireWhole(file);
                state.forEach((name, tensor) -> fill(file, name, tensor));
                return file.metadata();
            } catch (InvalidFileException e) {
                throw damaged(path, e);
            }
        });
    }

    /** Returns {@code failure} with what can be done about it, if the file is damaged. */
    private InvalidFileException damaged(Path path, InvalidFileException failure) {
        if (isWhole(path)) {
            return failure;
        }
        String rest = steps().reversed().stream()
                .filter(step -> !file(step).equals(path) && isWhole(file(step)))
                .findFirst()
                .map(step -> "the newest whole checkpoint is that of step %d: delete the damaged file, and --resume"
                                .formatted(step)
                        + " continues from there")
                .orElseGet(() -> isWhole(folder.resolve(BEST))
                        ? "only %s is whole: give it the name of the damaged file, and --resume continues from it"
                                .formatted(BEST)
                        : "no other checkpoint is whole: train again into another output");
        return new InvalidFileException(path, "is damaged, %s; %s".formatted(failure.reason(), rest), failure);
    }

    private static boolean isWhole(Path path) {
        return Files.exists(path)
                && Engine.infer(() -> {
                    try (SafetensorsFile file = SafetensorsFile.open(path)) {
                        Checksums.requireWhole(file);
                        return true;
                    } catch (InvalidFileException e) {
                        return false;
                    }
                });
    }

    private static void fill(SafetensorsFile file, String name, Tensor tensor) {
        var stored = file.find(name)
                .orElseThrow(() -> new InvalidFileException(
                        file.file(), "tensor " + name + " is missing; the checkpoint is of another recipe"));
        if (!Arrays.equals(stored.shape(), Tensors.shape(tensor))) {
            throw new InvalidFileException(
                    file.file(),
                    "tensor %s has shape %s, this recipe needs shape %s"
                            .formatted(name, Arrays.toString(stored.shape()), Arrays.toString(Tensors.shape(tensor))));
        }
        tensor.copy_(stored.load());
    }

    private List<Long> steps() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.valueOf(name.group(1)))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
