package dev.hypersd.lora;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes LoRA files that other programs read.
 *
 * <p>Kohya's spelling has a tensor for alpha. The others have none, and not every program reads alpha from the header.
 * In those the scale is multiplied into the {@code up} factor, and alpha is the rank, which all programs assume.
 */
public final class LoraWriter {
    private final LoraTargets model;
    private final Spelling spelling;
    private final Dtype dtype;

    /**
     * Creates a writer.
     *
     * @param model the networks that the factors were trained for
     * @param dtype the type in which the factors are stored; F16 is usual
     */
    public LoraWriter(LoraTargets model, Spelling spelling, Dtype dtype) {
        this.model = model;
        this.spelling = spelling;
        this.dtype = dtype;
    }

    /**
     * Writes {@code factors} to {@code file}, which is replaced if it exists.
     *
     * @param metadata strings for the header, such as what was trained and how
     * @throws InvalidRequestException if the spelling has no name for one of the modules
     */
    public void write(Path file, List<Factors> factors, Map<String, String> metadata) {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (Factors module : factors) {
                String stem = model.names()
                        .stem(spelling, module.target())
                        .orElseThrow(() -> new InvalidRequestException(
                                "%s cannot be written in the spelling %s, which has no name for it"
                                        .formatted(module.target().name(), spelling)));
                Tensor up = module.up();
                if (spelling.hasAlpha()) {
                    tensors.put(stem + Spelling.ALPHA, stored(Tensors.of(new float[] {(float) module.alpha()})));
                } else {
                    up = up.mul(new Scalar(module.scale()));
                }
                tensors.put(stem + spelling.down(), stored(module.down()));
                tensors.put(stem + spelling.up(), stored(up));
                if (module.magnitudes().isPresent()) {
                    tensors.put(stem + suffix(module), magnitudes(module));
                }
            }
            Map<String, String> header = new LinkedHashMap<>(Map.of("format", "pt"));
            header.putAll(metadata);
            SafetensorsWriter.write(file, tensors, header);
            return file;
        });
    }

    private String suffix(Factors module) {
        return spelling.magnitudes()
                .orElseThrow(
                        () -> new InvalidRequestException("%s cannot be written in the spelling %s, which has no DoRA"
                                .formatted(module.target().name(), spelling)));
    }

    /**
     * Returns the magnitudes in single precision: they are few, and their rounding would change all weights of a row.
     */
    private Tensor magnitudes(Factors module) {
        return module.magnitudes()
                .orElseThrow()
                .detach()
                .to(Dtype.F32.scalarType())
                .view(spelling.magnitudes(module.target().shape()));
    }

    private Tensor stored(Tensor tensor) {
        return tensor.detach().to(dtype.scalarType());
    }
}
