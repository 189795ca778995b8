package dev.hypersd.judge.feature;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.WeightFolder;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * {@link FidInception} on pictures as clean-fid prepares them (Parmar et al., 2022): stretched to 299x299 without
 * rounding, bicubic, antialiased. Safe to share between threads, not to be used after the arena has closed.
 */
public final class InceptionJudge implements FeatureNetwork {
    private static final int SIZE = 299;
    private static final double WHITE = 255;
    private static final double MIDDLE = 128;

    private final FidInception network;

    private InceptionJudge(FidInception network) {
        this.network = network;
    }

    /**
     * Opens the network, whose folder has its weights as the only safetensors file.
     *
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if the file is missing, broken or of another network
     */
    public static InceptionJudge open(Path folder, TensorArena arena) {
        return Engine.infer(() -> {
            WeightSource weights = arena.own(FidInception.named(WeightFolder.openOnly(folder)));
            return new InceptionJudge(
                    new FidInception(new Parameters(new StoredParameters(weights, Dtype.F32, arena))));
        });
    }

    @Override
    public List<float[]> features(List<Image> images) {
        return Engine.infer(() -> FeatureNetwork.rows(network.forward(pixels(images))));
    }

    @Override
    public String network() {
        return "FID's Inception v3";
    }

    @Override
    public String preparation() {
        return "both sides to %d, bicubic, not rounded, as in clean-fid".formatted(SIZE);
    }

    /** Prepares pictures as {@code [B, 3, 299, 299]}, black at -1 and white a little below 1. */
    private static Tensor pixels(List<Image> images) {
        return scoped(() -> Tensors.cat(
                        0, images.stream().map(InceptionJudge::resized).toList())
                .sub_(new Scalar(MIDDLE))
                .div_(new Scalar(MIDDLE)));
    }

    /** Resizes a picture to {@code [1, 3, 299, 299]} from 0 to 255. */
    static Tensor resized(Image image) {
        return scoped(() -> ImageTensors.resized(
                        ImageTensors.zeroToOne(List.of(image)).mul_(new Scalar(WHITE)), SIZE, SIZE, Resampling.BICUBIC)
                .clamp_(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(WHITE))));
    }
}
