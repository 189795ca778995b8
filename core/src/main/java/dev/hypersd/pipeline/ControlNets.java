package dev.hypersd.pipeline;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.ControlNetFile;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.request.Control;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNetConfig;
import java.util.List;

/** The ControlNets of requests: each is opened once and loaded once, as long as its file does not change. */
final class ControlNets implements AutoCloseable {
    /** The number of opened ControlNets that are kept; their configurations and headers are small. */
    private static final int MOST_OPENED = 32;

    /** The number of loaded ControlNets that are kept; each takes about a third of the U-Net's memory. */
    private static final int MOST_LOADED = 2;

    private record Loaded(ControlNet network, TensorArena arena) {}

    private final UNetConfig unet;
    private final LruCache<FileState, ControlNetFile> opened = new LruCache<>(MOST_OPENED, _ -> {});
    private final LruCache<FileState, Loaded> loaded =
            new LruCache<>(MOST_LOADED, network -> network.arena().close());

    /**
     * Creates an empty collection.
     *
     * @param unet the configuration of the model's U-Net
     */
    ControlNets(UNetConfig unet) {
        this.unet = unet;
    }

    /**
     * Checks that the networks of {@code controls} fit the model. Safe to call from any thread.
     *
     * @throws InvalidFileException if one is missing, broken, or for another family of models
     */
    void requireFit(List<Control> controls) {
        controls.forEach(control -> open(state(control)));
    }

    /** Returns the size in bytes of the weights of {@code controls} when they are held as {@code dtype}. */
    long weightBytes(List<Control> controls, Dtype dtype) {
        return controls.stream()
                .map(ControlNets::state)
                .distinct()
                .mapToLong(state -> open(state).weightBytes(dtype))
                .sum();
    }

    /**
     * Returns the networks of {@code controls}, in this order. On the engine's thread only.
     *
     * @param model the model that they are for
     * @throws InvalidFileException if one is missing, broken, or for another family of models
     */
    List<ControlNet> load(List<Control> controls, DiffusionModel model) {
        List<ControlNet> networks = controls.stream()
                .map(control -> loaded.get(state(control), state -> load(open(state), model))
                        .network())
                .toList();
        loaded.trim(networks.size());
        return networks;
    }

    private static FileState state(Control control) {
        return FileState.of(control.network(), "a ControlNet");
    }

    private ControlNetFile open(FileState state) {
        synchronized (opened) {
            ControlNetFile file = opened.get(state, s -> ControlNetFile.open(s.path(), unet));
            opened.trim(1);
            return file;
        }
    }

    private static Loaded load(ControlNetFile file, DiffusionModel model) {
        TensorArena arena = new TensorArena();
        try {
            return new Loaded(file.load(model, arena), arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public void close() {
        loaded.close();
    }
}
