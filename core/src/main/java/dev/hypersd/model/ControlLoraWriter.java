package dev.hypersd.model;

import dev.hypersd.checkpoint.LatentDiffusionUNet;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Writes Control-LoRAs as Stability AI published them, in the original spelling, which ComfyUI opens. */
public final class ControlLoraWriter {
    private ControlLoraWriter() {}

    /**
     * Writes {@code tensors} to {@code file}, which is replaced if it exists.
     *
     * @param tensors by their names in diffusers: {@code m.up} and {@code m.down} where the weight of {@code m} is
     *     changed by their product, under their own names where they are stored in full
     * @param dtype how to store them; F16 is usual
     */
    public static void write(Path file, Map<String, Tensor> tensors, Dtype dtype) {
        LatentDiffusionUNet names = new LatentDiffusionUNet(tensors.keySet());
        Map<String, Tensor> stored = new LinkedHashMap<>();
        tensors.forEach((name, tensor) ->
                stored.put(names.original(name), tensor.detach().to(dtype.scalarType())));
        stored.put(ControlLora.MARK, Tensors.empty(dtype, 0));
        SafetensorsWriter.write(file, stored, Map.of("format", "pt"));
    }
}
