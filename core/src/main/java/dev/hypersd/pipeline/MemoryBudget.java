package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.MemoryEstimate;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Size;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.MachineMemory;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Refuses requests that would not fit into this machine's memory, because the system would kill the program. */
final class MemoryBudget {
    private final MemoryEstimate model;
    private final Placement placement;
    private final LongSupplier available;
    private final long leftAtFirst;

    /**
     * Creates the budget before the model is loaded.
     *
     * @param path the path of the model, for messages
     * @param placement how and where the U-Net's weights are held
     * @param available returns the bytes that are available at the time of the call
     * @throws HyperSdException if the weights alone do not fit
     */
    MemoryBudget(Path path, MemoryEstimate model, Placement placement, LongSupplier available) {
        this.model = model;
        this.placement = placement;
        this.available = available;
        long now = available.getAsLong();
        this.leftAtFirst = now - model.weights();
        if (leftAtFirst < 0) {
            throw new HyperSdException(
                    "%s takes about %s of memory in %s, and %s are available: end other programs, or load %s"
                            .formatted(
                                    path,
                                    gib(model.weights()),
                                    placement.dtype(),
                                    gib(now),
                                    placement.dtype() == Dtype.F32
                                            ? "it in half precision, or its weights as they are stored"
                                            : "a smaller model"));
        }
    }

    /**
     * Creates the budget for a model that is about to be loaded. The memory of other devices than the CPU is not
     * checked.
     */
    static MemoryBudget of(OpenedModel model) {
        Placement placement = model.placement();
        LongSupplier available = placement.device() == Device.CPU ? MachineMemory::available : () -> Long.MAX_VALUE;
        return new MemoryBudget(model.source().location(), MemoryEstimate.of(model), placement, available);
    }

    /**
     * Checks before the model is loaded that {@code request} can be drawn, including merged weights of its LoRAs where
     * they are to be merged.
     *
     * @param loras finds the LoRAs of the request
     * @param controls the bytes of its ControlNets
     */
    void requireFirst(ImageRequest request, FittedLoras loras, long controls) {
        // The LoRAs of a request mostly change the same weights.
        long merged = request.loras().stream()
                .filter(lora -> lora.weight() != 0 && placement.storage() == WeightStorage.CONVERTED)
                .mapToLong(
                        lora -> loras.changedWeights(lora) * placement.dtype().bytes())
                .max()
                .orElse(0);
        require(request, merged + controls, leftAtFirst);
    }

    /**
     * Checks that the loaded model can draw {@code request} in the memory that it has left, or that has been freed
     * since.
     */
    void require(ImageRequest request) {
        require(request, 0, Math.max(leftAtFirst, available.getAsLong()));
    }

    private void require(ImageRequest request, long merged, long left) {
        Size first = request.pictureSize().orElseGet(() -> new Size(model.nativeSize(), model.nativeSize()));
        Size size = request.hires().map(pass -> pass.enlarged(first)).orElse(first);
        // A second pass takes one picture after another.
        long needed = merged
                + Math.max(
                        drawing(request, first, request.count()),
                        drawing(request, size, request.hires().isPresent() ? 1 : 0));
        if (needed > left) {
            throw new InvalidRequestException(
                    ("%s of %s takes about %s of memory in addition to the model's %s, and %s are left for it: "
                                    + "choose a smaller size, tiled decoding, fewer pictures at once or half "
                                    + "precision")
                            .formatted(
                                    request.count() == 1
                                            ? "a picture"
                                            : "a batch of %d pictures".formatted(request.count()),
                                    size,
                                    gib(needed),
                                    gib(model.weights()),
                                    gib(left)));
        }
    }

    /** Returns the bytes that drawing {@code count} pictures of {@code size} at once takes. */
    private long drawing(ImageRequest request, Size size, long count) {
        long pixels = (long) size.width() * size.height();
        long decoded = request.tiling()
                .map(tiling -> Math.min(pixels, (long) tiling.size() * tiling.size() * Size.FACTOR * Size.FACTOR))
                .orElse(pixels);
        return count == 0 ? 0 : model.drawing(count * (request.guidance().isOn() ? 2 : 1), pixels, decoded);
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1 << 30));
    }
}
