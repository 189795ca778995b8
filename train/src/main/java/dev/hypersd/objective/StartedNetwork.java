package dev.hypersd.objective;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import dev.hypersd.json.Json;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.WeightStorage;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * A network at the start of its training, with the weights in the folder of its configuration, or with random weights
 * if there are none.
 *
 * @param folder the folder with {@code config.json}
 */
public record StartedNetwork<N>(Path folder, N network, Map<String, Parameter> parameters) {
    private static final String CONFIG = "config.json";

    /**
     * Loads the network.
     *
     * @param seed of random weights
     */
    static <N> StartedNetwork<N> load(NetworkType<?, N> type, Path folder, long seed, TensorArena arena) {
        if (hasWeights(folder)) {
            return stored(type, ModelPart.in(folder), arena);
        }
        Parameters random = new Parameters(new RandomParameters(seed, Dtype.F32, arena));
        N network = type.make(Json.read(folder.resolve(CONFIG)), random);
        return new StartedNetwork<>(folder, network, random.taken());
    }

    /**
     * Loads the network with the weights of {@code part}, which must exist. They are held in the type of their file,
     * usually half precision, and computed with in F32; trained weights are tensors of their own.
     */
    static <N> StartedNetwork<N> stored(NetworkType<?, N> type, ModelPart part, TensorArena arena) {
        Network<N> loaded = part.load(type, new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU), arena);
        return new StartedNetwork<>(part.folder(), loaded.network(), loaded.parameters());
    }

    private static boolean hasWeights(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".safetensors"));
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Writes configuration and weights to {@code target}, which is created if it does not exist.
     *
     * @param weights the weights by the names of the parameters
     * @param changed values of the configuration that were computed in training
     */
    void publish(Path target, Map<String, Tensor> weights, Map<String, Double> changed) {
        try {
            Files.createDirectories(target);
            ObjectNode config = (ObjectNode) Json.MAPPER.readTree(Files.readAllBytes(folder.resolve(CONFIG)));
            changed.forEach(config::put);
            Draft.write(
                    target.resolve(CONFIG),
                    Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(config));
            String stem = config.has("_class_name") ? "diffusion_pytorch_model" : "model";
            SafetensorsWriter.write(target.resolve(stem + ".safetensors"), half(weights), Map.of("format", "pt"));
        } catch (IOException e) {
            throw new HyperSdException(target + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> half(Map<String, Tensor> weights) {
        Map<String, Tensor> half = new LinkedHashMap<>();
        weights.forEach((name, tensor) -> half.put(name, tensor.to(Dtype.F16.scalarType())));
        return half;
    }
}
