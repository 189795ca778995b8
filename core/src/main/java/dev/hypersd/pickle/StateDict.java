package dev.hypersd.pickle;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.pickle.PickleValue.Dictionary;
import dev.hypersd.pickle.PickleValue.Items;
import dev.hypersd.pickle.PickleValue.Strided;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights in a saved value: the tensors to keep with their names, and what is left out. */
final class StateDict {
    /** The keys under which trainers store the weights, next to other values. */
    private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model");

    /** The beginning of the keys under which trainers store optimisers. */
    private static final String OPTIMISER = "optimizer";

    private static final String NETWORK = "model.diffusion_model.";
    private static final String AVERAGES = "model_ema.";

    private static final int DEEPEST = 32;
    private static final int MOST_ENTRIES = 1_000_000;

    private final Path file;
    private final Map<String, Strided> tensors = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private int entries;

    private StateDict(Path file) {
        this.file = file;
    }

    /**
     * Finds the weights in {@code saved}. The name of a tensor in nested dictionaries and lists consists of their keys
     * and positions, separated by dots.
     *
     * @throws InvalidFileException if two tensors would have the same name, or values are nested too deeply
     */
    static StateDict of(Path file, PickleValue saved) {
        StateDict weights = new StateDict(file);
        PickleValue inner = saved;
        Optional<String> wrapper = weights.wrapper(inner);
        while (inner instanceof Dictionary dictionary && wrapper.isPresent()) {
            weights.leaveOutBeside(dictionary, wrapper.get());
            inner = dictionary.find(wrapper.get()).orElseThrow();
            wrapper = weights.wrapper(inner);
        }
        weights.add("", inner, 0);
        weights.leaveOutAverages();
        return weights;
    }

    /** Returns the tensors by name, in the order of the file. */
    Map<String, Strided> tensors() {
        return tensors;
    }

    /** Returns a phrase for each value that is left out. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Returns the key of {@code value} under which the weights are; empty if {@code value} itself contains them. */
    private Optional<String> wrapper(PickleValue value) {
        return WRAPPERS.stream()
                .filter(key -> value instanceof Dictionary dictionary
                        && dictionary.entries().get(key) instanceof Dictionary inner
                        && countTensors(inner, 0) > 0)
                .findFirst();
    }

    private void leaveOutBeside(Dictionary dictionary, String wrapper) {
        dictionary.entries().forEach((key, value) -> {
            if (!key.equals(wrapper)) {
                leaveOut(key, value);
            }
        });
    }

    private void leaveOut(String name, PickleValue value) {
        int count = countTensors(value, 0);
        leftOut.add(count == 0 ? name : name + counted(count));
    }

    private void add(String name, PickleValue value, int depth) {
        count();
        if (depth > DEEPEST) {
            throw new InvalidFileException(
                    file, "holds tensors in lists or dictionaries that are more than %d deep".formatted(DEEPEST));
        }
        String prefix = name.isEmpty() ? "" : name + ".";
        switch (value) {
            case Strided tensor -> {
                if (tensors.put(name.isEmpty() ? "tensor" : name, tensor) != null) {
                    throw new InvalidFileException(file, "holds two tensors that would be called " + name);
                }
            }
            case Dictionary dictionary ->
                dictionary.entries().forEach((key, entry) -> {
                    if (depth == 0 && key.startsWith(OPTIMISER)) {
                        leaveOut(key, entry);
                    } else {
                        add(prefix + key, entry, depth + 1);
                    }
                });
            case Items list -> {
                for (int i = 0; i < list.items().size(); i++) {
                    add(prefix + i, list.items().get(i), depth + 1);
                }
            }
            default -> leftOut.add(name.isEmpty() ? value.kind() : name + ", " + value.kind());
        }
    }

    /** Leaves out the moving averages of the weights if the file also has the weights themselves. */
    private void leaveOutAverages() {
        List<String> averages = tensors.keySet().stream()
                .filter(name -> name.startsWith(AVERAGES))
                .toList();
        if (!averages.isEmpty() && tensors.keySet().stream().anyMatch(name -> name.startsWith(NETWORK))) {
            averages.forEach(tensors::remove);
            leftOut.add("the averages over the training, " + AVERAGES + counted(averages.size()));
        }
    }

    private static String counted(int tensors) {
        return tensors == 1 ? " (1 tensor)" : " (" + tensors + " tensors)";
    }

    /** Returns the number of tensors in {@code value}, which may contain itself. */
    private int countTensors(PickleValue value, int depth) {
        count();
        return switch (value) {
            case Dictionary _, Items _ when depth == DEEPEST -> 0;
            case Strided _ -> 1;
            case Dictionary dictionary ->
                dictionary.entries().values().stream()
                        .mapToInt(entry -> countTensors(entry, depth + 1))
                        .sum();
            case Items list ->
                list.items().stream()
                        .mapToInt(entry -> countTensors(entry, depth + 1))
                        .sum();
            default -> 0;
        };
    }

    /** Counts a visited value. A value that is contained in several others is visited several times. */
    private void count() {
        if (++entries > MOST_ENTRIES) {
            throw new InvalidFileException(file, "holds more than %d values".formatted(MOST_ENTRIES));
        }
    }
}
