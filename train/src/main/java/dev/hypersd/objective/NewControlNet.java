package dev.hypersd.objective;

import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.controlnet.ControlNetConfig.ChannelOrder;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.json.Json;
import dev.hypersd.model.ControlLora;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * A ControlNet at the start of its training (Zhang et al., 2023, section 3): a copy of a U-Net's encoder whose outputs
 * pass through convolutions of zeros, so that it has no effect yet.
 *
 * @param unet the U-Net that it is for
 * @param rank the rank of the change of the copied weights; empty to train them in full
 */
record NewControlNet(
        StartedNetwork<UNet2DConditionModel> unet,
        ControlNet network,
        Map<String, Parameter> parameters,
        OptionalInt rank) {
    private static final String WEIGHT = ".weight";

    /**
     * Copies the encoder. Its tensors are shared with the U-Net, which is not changed.
     *
     * @param embeddingChannels the embedding channels of the layers that bring the picture to the size of the latents
     * @param seed the seed of those layers' weights
     */
    static NewControlNet of(
            StartedNetwork<UNet2DConditionModel> unet,
            List<Integer> embeddingChannels,
            OptionalInt rank,
            long seed,
            TensorArena arena) {
        UNetConfig config = unet.network().config();
        if (config.inChannels() != config.outChannels()) {
            throw new InvalidRequestException(
                    "the U-Net takes %d channels, not the %d of latents; ControlNets are trained for ordinary U-Nets"
                            .formatted(config.inChannels(), config.outChannels()));
        }
        RandomParameters random = new RandomParameters(seed, Dtype.F32, arena);
        Parameters parameters = new Parameters(new Copied(unet.parameters(), random));
        ControlNet network = new ControlNet(
                new ControlNetConfig(config.withInputs(config.inChannels()), 3, embeddingChannels, ChannelOrder.RGB),
                parameters);
        return new NewControlNet(unet, network, parameters.taken(), rank);
    }

    /**
     * Provides the parameters of another network where it has them, in the type in which it holds them, and random ones
     * otherwise.
     */
    private record Copied(Map<String, Parameter> known, RandomParameters others) implements ParameterSource {
        @Override
        public Tensor provide(String name, Init init, long[] shape) {
            Parameter parameter = known.get(name);
            return parameter == null ? others.provide(name, init, shape) : parameter.base();
        }

        @Override
        public Dtype computedIn(Tensor provided) {
            return Dtype.F32;
        }
    }

    /**
     * Returns the trained parameters: all, or low-rank changes of the copied matrices and convolutions and all others.
     */
    Tuning tuning() {
        if (rank.isEmpty()) {
            return new Tuning.Full(parameters);
        }
        Map<String, Parameter> changed = new LinkedHashMap<>();
        Map<String, Parameter> whole = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> {
            if (unet.parameters().containsKey(name) && isLarge(parameter.shape())) {
                changed.put(name.substring(0, name.length() - WEIGHT.length()), parameter);
            } else {
                whole.put(name, parameter);
            }
        });
        return new Tuning.Mixed(new Tuning.Full(whole), new LowRankTuning(changed, rank.getAsInt(), rank.getAsInt()));
    }

    /** Returns whether low-rank factors are smaller than the weight itself. */
    private boolean isLarge(long... shape) {
        long columns = 1;
        for (int i = 1; i < shape.length; i++) {
            columns *= shape[i];
        }
        return shape.length > 1 && rank.orElseThrow() * (shape[0] + columns) < shape[0] * columns;
    }

    /** Writes a file that other programs read: a folder in the diffusers layout, or a Control-LoRA. */
    void publish(Path folder, Map<String, Tensor> averaged) {
        if (rank.isPresent()) {
            ControlLora.write(folder.resolve("controlnet.safetensors"), averaged, Dtype.F16);
            return;
        }
        Map<String, Tensor> half = new LinkedHashMap<>();
        averaged.forEach((name, tensor) -> half.put(name, tensor.to(Dtype.F16.scalarType())));
        SafetensorsWriter.write(folder.resolve("diffusion_pytorch_model.safetensors"), half, Map.of("format", "pt"));
        Draft.write(folder.resolve("config.json"), config());
    }

    private String config() {
        ObjectNode config = (ObjectNode)
                Json.MAPPER.readTree(unet.folder().resolve("config.json").toFile());
        config.remove(
                List.of("up_block_types", "out_channels", "center_input_sample", "sample_size", "time_cond_proj_dim"));
        config.put("_class_name", "ControlNetModel").put("controlnet_conditioning_channel_order", "rgb");
        var channels = config.putArray("conditioning_embedding_out_channels");
        network.config().embeddingChannels().forEach(channels::add);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(config);
    }
}
