package dev.hypersd.pipeline;

import static dev.hypersd.pipeline.AlikePictures.assertAlike;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.model.ModelSource;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Original;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.SafetensorsWriter.Declaration;
import dev.hypersd.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * U-Nets that see mask and masked picture beside the latents, made of an ordinary one whose first convolution is given
 * five channels more.
 */
class InpaintingUNetTest {
    private static final Path ORDINARY = ReferenceCase.root().resolve("pipelines/models/sd15");
    private static final Image PICTURE = plain(64, 200);
    private static final Image ALL = plain(64, 255);
    private static final Image NOTHING = plain(64, 0);

    @TempDir
    Path folder;

    @Test
    void anInpaintingUNetThatIgnoresItsAdditionalChannelsDrawsAsTheOrdinaryOne() throws IOException {
        Image ordinary = draw(ORDINARY, request().build());
        Image inpainted =
                draw(model(0), request().original(Original.masked(PICTURE, ALL)).build());
        assertThat(inpainted).isEqualTo(ordinary);
    }

    @Test
    void anInpaintingUNetThatUsesTheMaskDrawsByIt() throws IOException {
        Path model = model(0.5);
        Image everywhere =
                draw(model, request().original(Original.masked(PICTURE, ALL)).build());
        Image nowhere = draw(
                model, request().original(Original.masked(PICTURE, NOTHING)).build());
        assertThat(everywhere).isNotEqualTo(nowhere);
    }

    @Test
    void withoutAMaskItIsRefusedBeforeTheModelIsLoaded() throws IOException {
        Path model = model(0);
        Files.delete(model.resolve("vae/diffusion_pytorch_model.safetensors"));
        assertThatThrownBy(() ->
                        DiffusionPipeline.load(new ModelSource(model), request().build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "this model's U-Net takes 9 channels: it is made for inpainting, which needs a picture and a "
                                + "mask");
    }

    @Test
    void inputChannelsAreThoseOfTheCheckpointThatReplacesTheUNet() throws IOException {
        Path model = model(0.5);
        Path file = folder.resolve("inpainting.safetensors");
        new ModelConversion(new ModelSource(model).open(), Optional.empty()).write(List.of(), BlockWeights.EVEN, file);
        LoadOptions options = LoadOptions.DEFAULT.withCheckpoint(file);
        assertThatThrownBy(() -> DiffusionPipeline.load(
                        new ModelSource(ORDINARY, options), request().build()))
                .hasMessageContaining("this model's U-Net takes 9 channels");

        Path back = folder.resolve("back");
        new ModelConversion(new ModelSource(ORDINARY, options).open(), Optional.empty())
                .write(List.of(), BlockWeights.EVEN, back);
        ImageRequest request = request().original(Original.masked(PICTURE, ALL)).build();
        assertAlike(draw(back, request), draw(model, request));
    }

    /** With {@code weight} for each of the new channels. */
    private Path model(double weight) throws IOException {
        Path model = folder.resolve("model" + weight);
        try (Stream<Path> files = Files.walk(ORDINARY)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(ORDINARY.relativize(file).toString()));
            }
        }
        Path config = model.resolve("unet/config.json");
        ObjectNode changed = (ObjectNode) Json.MAPPER.readTree(config);
        changed.put("in_channels", 9);
        Files.write(config, Json.MAPPER.writeValueAsBytes(changed));
        Path weights = model.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.delete(weights);
        Engine.infer(() -> {
            write(ORDINARY.resolve("unet/diffusion_pytorch_model.safetensors"), weights, weight);
            return weights;
        });
        return model;
    }

    private static void write(Path from, Path to, double weight) {
        try (SafetensorsFile source = SafetensorsFile.open(from)) {
            List<StoredTensor> tensors = source.names().stream()
                    .map(name -> source.find(name).orElseThrow())
                    .toList();
            List<Declaration> declarations = tensors.stream()
                    .map(t -> new Declaration(t.name(), Dtype.F32, shape(t)))
                    .toList();
            try (SafetensorsWriter writer = SafetensorsWriter.create(to, declarations, Map.of())) {
                for (StoredTensor tensor : tensors) {
                    Tensor values = tensor.load().to(Dtype.F32.scalarType());
                    writer.write(
                            tensor.name(),
                            isFirst(tensor) ? Tensors.cat(1, values, more(shape(tensor), weight)) : values);
                }
                writer.commit();
            }
        }
    }

    private static Tensor more(long[] shape, double weight) {
        return torch.full(new long[] {shape[0], 5, shape[2], shape[3]}, new Scalar(weight));
    }

    private static long[] shape(StoredTensor tensor) {
        long[] shape = Arrays.copyOf(tensor.shape(), tensor.shape().length);
        if (isFirst(tensor)) {
            shape[1] = 9;
        }
        return shape;
    }

    private static boolean isFirst(StoredTensor tensor) {
        return tensor.name().equals("conv_in.weight");
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("a red boat").seed(3).size(64, 64).steps(2).sampler(Samplers.named("ddim"));
    }

    private static Image draw(Path model, ImageRequest request) {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            return pipeline.generate(request).getFirst().image();
        }
    }

    private static Image plain(int side, int value) {
        byte[] rgb = new byte[3 * side * side];
        Arrays.fill(rgb, (byte) value);
        return new Image(side, side, rgb);
    }
}
