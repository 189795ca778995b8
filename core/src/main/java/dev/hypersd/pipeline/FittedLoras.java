package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Alphas;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.request.LoraWeight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The LoRA files that requests have named, opened and fitted to the model once for as long as they do not change on disk. */
final class FittedLoras implements AutoCloseable {
    /** Files are mapped, so an open one costs little; this bounds what a server that is given many keeps open. */
    private static final int MOST_OPEN = 32;

    /** A file in the state in which it was opened. */
    private record Key(Path file, FileTime modified, long size, LoraWeight.Fit fit, Alphas alphas) {}

    private final LoraTargets targets;

    /** In the order of use, the longest unused first. */
    private final Map<Key, Lora> open = new LinkedHashMap<>(16, 0.75f, true);

    FittedLoras(LoraTargets targets) {
        this.targets = targets;
    }

    /**
     * The LoRAs of a request, fitted.
     *
     * @param warnings told of what does not fit and was to be left out
     * @throws InvalidFileException if a file is broken, or does not fit and was to fit in whole
     */
    List<WeightedLora> fit(List<LoraWeight> wanted, Consumer<String> warnings) {
        List<WeightedLora> fitted = wanted.stream()
                .map(lora -> new WeightedLora(open(lora), lora.weight()))
                .toList();
        for (WeightedLora lora : fitted) {
            List<String> skipped = lora.lora().skipped();
            if (!skipped.isEmpty()) {
                warnings.accept("LoRA %s: %d of its modules do not fit and are left out (first: %s)"
                        .formatted(lora.lora().file().path().getFileName(), skipped.size(), skipped.getFirst()));
            }
        }
        closeAllBut(Math.max(MOST_OPEN, fitted.size()));
        return fitted;
    }

    private Lora open(LoraWeight wanted) {
        Key key = key(wanted);
        Lora known = open.get(key);
        if (known != null) {
            return known;
        }
        LoraFile file = LoraFile.open(wanted.file(), wanted.alphas());
        try {
            Lora lora = switch (wanted.fit()) {
                case WHOLE -> Lora.fit(file, targets);
                case PARTIAL -> Lora.fitPartly(file, targets);
            };
            open.put(key, lora);
            return lora;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Key key(LoraWeight wanted) {
        Path file = wanted.file();
        try {
            return new Key(
                    file.toRealPath(),
                    Files.getLastModifiedTime(file),
                    Files.size(file),
                    wanted.fit(),
                    wanted.alphas());
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found; it was to be a LoRA", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private void closeAllBut(int count) {
        var longestUnused = open.values().iterator();
        while (open.size() > count) {
            longestUnused.next().close();
            longestUnused.remove();
        }
    }

    @Override
    public void close() {
        closeAllBut(0);
    }
}
