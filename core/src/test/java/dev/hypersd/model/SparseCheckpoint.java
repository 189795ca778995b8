package dev.hypersd.model;

import dev.hypersd.checkpoint.SingleFile;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.WeightSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints of the published sizes: a header with all names and shapes, and zeros that take no room on the disk. */
final class SparseCheckpoint {
    private SparseCheckpoint() {}

    /** The tensors of {@code parts} of {@code template} in the original spelling, by their names. */
    static Map<String, long[]> tensors(ModelTemplate template, Path scratch, String... parts) {
        Map<String, long[]> all = new LinkedHashMap<>();
        for (String part : parts) {
            Path file = scratch.resolve(template + "-" + part + ".safetensors");
            write(file, parameters(template.config(part + "/config.json")), Map.of());
            boolean openClip = template == ModelTemplate.SD2 && part.equals("text_encoder");
            try (WeightSource weights = openClip
                    ? SingleFile.view("text_encoder_2", ModelTemplate.SDXL.family(), SafetensorsFile.open(file))
                    : SingleFile.view(part, template.family(), SafetensorsFile.open(file))) {
                for (String name : weights.names()) {
                    all.put(
                            openClip ? name.replace("conditioner.embedders.1.", "cond_stage_model.") : name,
                            weights.find(name).orElseThrow().shape());
                }
            }
        }
        return all;
    }

    private static Map<String, long[]> parameters(JsonObject config) {
        Map<String, long[]> parameters = new LinkedHashMap<>();
        return Engine.infer(() -> {
            var _ = NetworkType.of(config).make(config, new Parameters((name, init, shape) -> {
                parameters.put(name, shape);
                return Tensors.meta(Dtype.F32, shape);
            }));
            return parameters;
        });
    }

    /** Writes {@code tensors} of F16 zeros. */
    static void write(Path file, Map<String, long[]> tensors, Map<String, String> metadata) {
        ObjectNode header = Json.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            metadata.forEach(header.putObject("__metadata__")::put);
        }
        long end = 0;
        for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "F16");
            entry.putPOJO("shape", Json.MAPPER.valueToTree(tensor.getValue()));
            long begin = end;
            end += Shapes.count(tensor.getValue()) * Dtype.F16.bytes();
            entry.putPOJO("data_offsets", Json.MAPPER.valueToTree(List.of(begin, end)));
        }
        byte[] json = Json.MAPPER.writeValueAsBytes(header);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            out.write(json);
            out.setLength(Long.BYTES + json.length + end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
