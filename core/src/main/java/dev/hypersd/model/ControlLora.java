package dev.hypersd.model;

import dev.hypersd.checkpoint.LatentDiffusionUNet;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Delta;
import dev.hypersd.nn.Parameter;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A Control-LoRA, presented as the full ControlNet: weights that the file holds in full, weights of a U-Net with the
 * file's low-rank changes, and unchanged weights of the U-Net's encoder.
 *
 * <p>The change of the weight of {@code m} is the product of {@code m.up} and {@code m.down}, without an alpha. An
 * empty tensor {@value #MARK} distinguishes such files from others (the format of Stability AI's control-loras, as
 * ComfyUI reads it).
 */
public final class ControlLora implements WeightSource {
    static final String MARK = "lora_controlnet";

    private static final String WEIGHT = ".weight";
    private static final String UP = ".up";
    private static final String DOWN = ".down";

    private final WeightSource file;
    private final Map<String, Parameter> unet;

    /**
     * Creates the view.
     *
     * @param file the file under the names of diffusers; closed with this
     * @param unet the parameters of the U-Net, which must outlive all tensors loaded from here
     */
    ControlLora(WeightSource file, Map<String, Parameter> unet) {
        this.file = file;
        this.unet = unet;
    }

    /** Returns whether {@code weights} are those of a Control-LoRA. */
    static boolean is(WeightSource weights) {
        return weights.find(MARK).isPresent();
    }

    /** Returns the names of the weights that the file holds in full, and of those that it changes. */
    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String name : file.names()) {
            if (name.endsWith(UP)) {
                names.add(name.substring(0, name.length() - UP.length()) + WEIGHT);
            } else if (!name.endsWith(DOWN) && !name.equals(MARK)) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public Optional<StoredTensor> find(String name) {
        return file.find(name).or(() -> Optional.ofNullable(unet.get(name)).map(base -> changed(name, base)));
    }

    private StoredTensor changed(String name, Parameter base) {
        String module = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        Optional<StoredTensor> up = file.find(module + UP);
        Optional<StoredTensor> down = file.find(module + DOWN);
        up.ifPresent(found -> require(name, base, found, down));
        return new OfUNet(name, file(), base, up.flatMap(u -> down.map(d -> new Delta.Product(d, u))));
    }

    private void require(String name, Parameter base, StoredTensor up, Optional<StoredTensor> down) {
        long[] shape = base.shape();
        long rank = up.shape().length < 2 ? 0 : up.shape()[1];
        boolean fits = down.isPresent()
                && up.shape()[0] == shape[0]
                && down.get().shape()[0] == rank
                && Shapes.count(down.get().shape()) == rank * Shapes.count(shape) / shape[0];
        if (!fits) {
            throw new InvalidFileException(
                    file(),
                    "changes %s by factors of shapes %s and %s, which do not make %s; it is for another U-Net"
                            .formatted(
                                    name,
                                    Arrays.toString(up.shape()),
                                    down.map(d -> Arrays.toString(d.shape())).orElse("(none)"),
                                    Arrays.toString(shape)));
        }
    }

    @Override
    public Path file() {
        return file.file();
    }

    @Override
    public ControlLora reopened() {
        return new ControlLora(file.reopened(), unet);
    }

    @Override
    public void evictPages() {
        file.evictPages();
    }

    @Override
    public void close() {
        file.close();
    }

    private record OfUNet(String name, Path file, Parameter base, Optional<Delta.Product> change)
            implements StoredTensor {
        @Override
        public Dtype dtype() {
            return Dtype.of(base.base().scalar_type());
        }

        @Override
        public long[] shape() {
            return Tensors.shape(base.base());
        }

        /** Returns the tensor, which shares the U-Net's memory if it is unchanged. */
        @Override
        public Tensor load() {
            return TensorScope.scoped(
                    () -> change.map(this::changed).orElseGet(() -> base.base().alias()));
        }

        /** Adds the product to the U-Net's weight, in F32 whatever the stored type. */
        private Tensor changed(Delta.Product product) {
            Tensor wide = base.base().to(Dtype.F32.scalarType());
            return product.change(wide, 1).addedTo(wide).to(base.base().scalar_type());
        }
    }

    /**
     * Writes a Control-LoRA in the original spelling, which ComfyUI reads: {@code tensors} to {@code file}, which is
     * replaced if it exists.
     *
     * @param tensors by their names in diffusers: {@code m.up} and {@code m.down} where the weight of {@code m} is
     *     changed by their product, under their own names where they are stored in full
     * @param dtype the type in which they are stored; F16 is usual
     */
    public static void write(Path file, Map<String, Tensor> tensors, Dtype dtype) {
        LatentDiffusionUNet names = new LatentDiffusionUNet(tensors.keySet());
        Map<String, Tensor> stored = new LinkedHashMap<>();
        tensors.forEach((name, tensor) ->
                stored.put(names.original(name), tensor.detach().to(dtype.scalarType())));
        stored.put(MARK, Tensors.empty(dtype, 0));
        SafetensorsWriter.write(file, stored, Map.of("format", "pt"));
    }
}
