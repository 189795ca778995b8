package dev.hypersd.pipeline;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraModule;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.preset.Alphas;
import dev.hypersd.preset.LoraWeight;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The LoRA files of requests: each is opened once and fitted to the model once, as long as it does not change. */
final class FittedLoras implements AutoCloseable {
    /** The number of files that are kept open. They are mapped, so each takes little memory. */
    private static final int MOST_OPEN = 32;

    private record Key(FileState state, Alphas alphas) {
        static Key of(LoraWeight lora) {
            return new Key(FileState.of(lora.file(), "a LoRA"), lora.alphas());
        }
    }

    /** An opened file and its fits to the loaded model. */
    private record Opened(LoraFile file, Map<LoraWeight.Fit, Lora> fitted) {}

    private final LruCache<Key, Opened> opened =
            new LruCache<>(MOST_OPEN, lora -> lora.file().close());

    /**
     * Checks that the LoRAs of a request fit a model that is not loaded yet. Those that fit partly are reported when
     * they are used.
     *
     * @param shapes the shapes of the model
     * @throws InvalidFileException if a file is missing or broken, or does not fit
     */
    void requireFit(List<LoraWeight> wanted, LoraTargets shapes) {
        wanted.forEach(lora -> fit(lora, Key.of(lora), shapes));
    }

    /** Returns the number of elements of the weights that {@code lora} changes. */
    long changedWeights(LoraWeight lora) {
        return open(lora, Key.of(lora)).file().modules().stream()
                .mapToLong(LoraModule::weightCount)
                .sum();
    }

    /**
     * Fits the LoRAs of a request.
     *
     * @param targets the parameters of the loaded model, the same in every call
     * @param warnings receives a sentence for each file that names the modules left out
     * @throws InvalidFileException if a file is missing or broken, or does not fit completely where it must
     */
    List<WeightedLora> fit(List<LoraWeight> wanted, LoraTargets targets, Consumer<String> warnings) {
        List<WeightedLora> fitted = wanted.stream()
                .map(lora -> new WeightedLora(fitted(lora, targets), lora.weight()))
                .toList();
        for (WeightedLora lora : fitted) {
            List<String> skipped = lora.lora().skipped();
            if (!skipped.isEmpty()) {
                warnings.accept("LoRA %s: %d of its modules do not fit and are left out (first: %s)"
                        .formatted(lora.lora().file().path().getFileName(), skipped.size(), skipped.getFirst()));
            }
        }
        opened.trim(fitted.size());
        return fitted;
    }

    private Lora fitted(LoraWeight wanted, LoraTargets targets) {
        Key key = Key.of(wanted);
        return open(wanted, key).fitted().computeIfAbsent(wanted.fit(), _ -> fit(wanted, key, targets));
    }

    private Opened open(LoraWeight wanted, Key key) {
        return opened.get(
                key,
                _ -> new Opened(LoraFile.open(wanted.file(), wanted.alphas()), new EnumMap<>(LoraWeight.Fit.class)));
    }

    /** Fits a file, and closes it if it does not fit. */
    private Lora fit(LoraWeight wanted, Key key, LoraTargets targets) {
        LoraFile file = open(wanted, key).file();
        try {
            return switch (wanted.fit()) {
                case WHOLE -> Lora.fit(file, targets);
                case PARTIAL -> Lora.fitPartly(file, targets);
            };
        } catch (RuntimeException e) {
            opened.remove(key);
            throw e;
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
