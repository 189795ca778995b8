package dev.hypersd.judge.feature;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Inception v3 network (Szegedy et al., 2015) that FID is defined on, without its classifier. It differs from the
 * usual one as pytorch-fid describes: average pooling does not count the padding, and the last block uses maximum
 * pooling. For inference only; stateless, so safe to share.
 */
public final class FidInception {
    /** The number of features. */
    public static final int FEATURES = 2048;

    /** The smallest width and height for which feature maps do not become empty before the last block. */
    private static final int SMALLEST = 75;

    private static final long[] NONE = {0, 0};
    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};
    private static final long[] THREE = {3, 3};

    private final List<Step> layers;

    /**
     * Builds the network.
     *
     * @param p the weights, with the names of pytorch-fid's and torch-fidelity's files, see {@link #named}
     */
    public FidInception(Parameters p) {
        this.layers = List.of(
                ConvolutionUnit.strided(p.at("Conv2d_1a_3x3"), 3, 32),
                ConvolutionUnit.of(p.at("Conv2d_2a_3x3"), 32, 32, 3, 0),
                ConvolutionUnit.of(p.at("Conv2d_2b_3x3"), 32, 64, 3, 1),
                FidInception::halved,
                ConvolutionUnit.of(p.at("Conv2d_3b_1x1"), 64, 80, 1, 0),
                ConvolutionUnit.of(p.at("Conv2d_4a_3x3"), 80, 192, 3, 0),
                FidInception::halved,
                blockA(p.at("Mixed_5b"), 192, 32),
                blockA(p.at("Mixed_5c"), 256, 64),
                blockA(p.at("Mixed_5d"), 288, 64),
                blockB(p.at("Mixed_6a"), 288),
                blockC(p.at("Mixed_6b"), 768, 128),
                blockC(p.at("Mixed_6c"), 768, 160),
                blockC(p.at("Mixed_6d"), 768, 160),
                blockC(p.at("Mixed_6e"), 768, 192),
                blockD(p.at("Mixed_7a"), 768),
                blockE(p.at("Mixed_7b"), 1280, FidInception::averaged),
                blockE(p.at("Mixed_7c"), 2048, FidInception::maxima),
                x -> x.mean(2, 3));
    }

    /** Returns the tensors of a file without the classifier and the counters of its training. */
    public static WeightSource named(WeightSource file) {
        return WeightView.renamed(
                file,
                name -> name.startsWith("fc.") || name.startsWith("AuxLogits.") || name.endsWith(".num_batches_tracked")
                        ? Optional.empty()
                        : Optional.of(name));
    }

    /**
     * Computes the features {@code [B, 2048]} of pictures.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1, at least 75 pixels wide and high; FID takes 299
     */
    public Tensor forward(Tensor pixels) {
        Shapes.require("the pictures", pixels, Shapes.ANY, 3, Shapes.ANY, Shapes.ANY);
        if (Math.min(pixels.size(2), pixels.size(3)) < SMALLEST) {
            throw new IllegalArgumentException("pictures for Inception have at least %d pixels, not %dx%d"
                    .formatted(SMALLEST, pixels.size(3), pixels.size(2)));
        }
        return chain(pixels, layers);
    }

    private static Step blockA(Parameters p, long in, long pooled) {
        return branches(
                ConvolutionUnit.of(p.at("branch1x1"), in, 64, 1, 0),
                sequence(
                        ConvolutionUnit.of(p.at("branch5x5_1"), in, 48, 1, 0),
                        ConvolutionUnit.of(p.at("branch5x5_2"), 48, 64, 5, 2)),
                sequence(
                        ConvolutionUnit.of(p.at("branch3x3dbl_1"), in, 64, 1, 0),
                        ConvolutionUnit.of(p.at("branch3x3dbl_2"), 64, 96, 3, 1),
                        ConvolutionUnit.of(p.at("branch3x3dbl_3"), 96, 96, 3, 1)),
                sequence(FidInception::averaged, ConvolutionUnit.of(p.at("branch_pool"), in, pooled, 1, 0)));
    }

    private static Step blockB(Parameters p, long in) {
        return branches(
                ConvolutionUnit.strided(p.at("branch3x3"), in, 384),
                sequence(
                        ConvolutionUnit.of(p.at("branch3x3dbl_1"), in, 64, 1, 0),
                        ConvolutionUnit.of(p.at("branch3x3dbl_2"), 64, 96, 3, 1),
                        ConvolutionUnit.strided(p.at("branch3x3dbl_3"), 96, 96)),
                FidInception::halved);
    }

    private static Step blockC(Parameters p, long in, long inner) {
        return branches(
                ConvolutionUnit.of(p.at("branch1x1"), in, 192, 1, 0),
                sequence(
                        ConvolutionUnit.of(p.at("branch7x7_1"), in, inner, 1, 0),
                        ConvolutionUnit.row(p.at("branch7x7_2"), inner, inner, 7),
                        ConvolutionUnit.column(p.at("branch7x7_3"), inner, 192, 7)),
                sequence(
                        ConvolutionUnit.of(p.at("branch7x7dbl_1"), in, inner, 1, 0),
                        ConvolutionUnit.column(p.at("branch7x7dbl_2"), inner, inner, 7),
                        ConvolutionUnit.row(p.at("branch7x7dbl_3"), inner, inner, 7),
                        ConvolutionUnit.column(p.at("branch7x7dbl_4"), inner, inner, 7),
                        ConvolutionUnit.row(p.at("branch7x7dbl_5"), inner, 192, 7)),
                sequence(FidInception::averaged, ConvolutionUnit.of(p.at("branch_pool"), in, 192, 1, 0)));
    }

    private static Step blockD(Parameters p, long in) {
        return branches(
                sequence(
                        ConvolutionUnit.of(p.at("branch3x3_1"), in, 192, 1, 0),
                        ConvolutionUnit.strided(p.at("branch3x3_2"), 192, 320)),
                sequence(
                        ConvolutionUnit.of(p.at("branch7x7x3_1"), in, 192, 1, 0),
                        ConvolutionUnit.row(p.at("branch7x7x3_2"), 192, 192, 7),
                        ConvolutionUnit.column(p.at("branch7x7x3_3"), 192, 192, 7),
                        ConvolutionUnit.strided(p.at("branch7x7x3_4"), 192, 192)),
                FidInception::halved);
    }

    private static Step blockE(Parameters p, long in, Step pool) {
        return branches(
                ConvolutionUnit.of(p.at("branch1x1"), in, 320, 1, 0),
                sequence(
                        ConvolutionUnit.of(p.at("branch3x3_1"), in, 384, 1, 0),
                        branches(
                                ConvolutionUnit.row(p.at("branch3x3_2a"), 384, 384, 3),
                                ConvolutionUnit.column(p.at("branch3x3_2b"), 384, 384, 3))),
                sequence(
                        ConvolutionUnit.of(p.at("branch3x3dbl_1"), in, 448, 1, 0),
                        ConvolutionUnit.of(p.at("branch3x3dbl_2"), 448, 384, 3, 1),
                        branches(
                                ConvolutionUnit.row(p.at("branch3x3dbl_3a"), 384, 384, 3),
                                ConvolutionUnit.column(p.at("branch3x3dbl_3b"), 384, 384, 3))),
                sequence(pool, ConvolutionUnit.of(p.at("branch_pool"), in, 192, 1, 0)));
    }

    /** Applies several steps to the same input and puts their channels one after another. */
    private static Step branches(Step... branches) {
        return x -> scoped(() -> Tensors.cat(
                1, Stream.of(branches).map(branch -> branch.apply(x)).toList()));
    }

    private static Step sequence(Step... steps) {
        return x -> chain(x, steps);
    }

    private static Tensor halved(Tensor x) {
        return torch.max_pool2d(x, THREE, TWO, NONE, ONE, false);
    }

    private static Tensor maxima(Tensor x) {
        return torch.max_pool2d(x, THREE, ONE, ONE, ONE, false);
    }

    /** Averages each pixel with its neighbours; neighbours beyond the edge do not count. */
    private static Tensor averaged(Tensor x) {
        return torch.avg_pool2d(x, THREE, ONE, ONE, false, false, new LongOptional());
    }
}
