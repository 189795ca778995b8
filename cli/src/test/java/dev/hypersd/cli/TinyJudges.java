package dev.hypersd.cli;

import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.BackboneConfig;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** An attribute reader that knows nothing. */
final class TinyJudges {
    private TinyJudges() {}

    static void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), """
                {"_class_name": "AttributeReader", "block_out_channels": [8], "layers_per_block": [1]}""");
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                new AttributeReader(new BackboneConfig(List.of(8), List.of(1), 8), parameters);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                parameters.taken().forEach((name, parameter) -> weights.put(name, parameter.base()));
                SafetensorsWriter.write(
                        folder.resolve("diffusion_pytorch_model.safetensors"), weights, Map.of("format", "pt"));
            }
            return 0;
        });
    }
}
