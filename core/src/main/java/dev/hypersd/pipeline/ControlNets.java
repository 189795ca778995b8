package dev.hypersd.pipeline;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.ControlNetFile;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.request.Control;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ControlNets that requests have named, loaded once for as long as they do not change on disk. On the engine's thread only. */
final class ControlNets implements AutoCloseable {
    /** Each takes about a third of the U-Net's memory. */
    private static final int MOST_OPEN = 2;

    /** A file or folder in the state in which it was opened. */
    private record Key(Path path, FileTime modified) {}

    private record Open(ControlNet network, TensorArena arena) {}

    private final DiffusionModel model;

    /** In the order of use, the longest unused first. */
    private final Map<Key, Open> open = new LinkedHashMap<>(16, 0.75f, true);

    ControlNets(DiffusionModel model) {
        this.model = model;
    }

    /**
     * The networks of {@code controls}, in this order.
     *
     * @throws InvalidFileException if one is missing, broken, or for another family of models
     */
    List<ControlNet> load(List<Control> controls) {
        List<ControlNet> networks = controls.stream()
                .map(control ->
                        open.computeIfAbsent(key(control.network()), this::load).network())
                .toList();
        closeAllBut(Math.max(MOST_OPEN, networks.size()));
        return networks;
    }

    private Open load(Key key) {
        TensorArena arena = new TensorArena();
        try {
            ControlNetFile file =
                    ControlNetFile.of(key.path(), model.denoiser().unet().config());
            return new Open(file.load(model, arena), arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static Key key(Path path) {
        try {
            return new Key(path.toRealPath(), Files.getLastModifiedTime(path));
        } catch (IOException e) {
            throw new InvalidFileException(path, "not found or cannot be read; it was to be a ControlNet", e);
        }
    }

    private void closeAllBut(int count) {
        var longestUnused = open.values().iterator();
        while (open.size() > count) {
            longestUnused.next().arena().close();
            longestUnused.remove();
        }
    }

    @Override
    public void close() {
        closeAllBut(0);
    }
}
