package dev.hypersd.judge.detection;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.scene.Sample;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Style;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The losses of the attribute reader on a batch, each a scalar.
 *
 * @param peaks the focal loss of the heatmaps, see {@link #focal}
 * @param geometry the mean absolute error of centres, in cells, and of the logarithm of extents
 * @param colour the cross-entropy of the objects' colours
 * @param background the cross-entropy of the pictures' backgrounds
 * @param style the cross-entropy of the pictures' styles
 */
public record AttributeLosses(Tensor peaks, Tensor geometry, Tensor colour, Tensor background, Tensor style) {
    /**
     * Computes the losses of {@code reader} on scenes.
     *
     * @param batch square pictures of one size, each with at least one object
     */
    public static AttributeLosses of(AttributeReader reader, List<Sample> batch) {
        Tensor grid =
                reader.grid(ImageTensors.of(batch.stream().map(Sample::image).toList()));
        AttributeTargets wanted = AttributeTargets.of(batch, (int) grid.size(2));
        long objects = wanted.cells().length;
        Tensor told = reader.describe(grid, Tensors.of(wanted.cells(), objects), Tensors.of(wanted.kinds(), objects));
        Tensor around = reader.surroundings(grid);
        Tensor logits = reader.peaks(grid);
        int backgrounds = Background.values().length;
        return new AttributeLosses(
                focal(logits, Tensors.of(wanted.peaks(), Tensors.shape(logits))),
                scoped(() -> told.narrow(1, 0, AttributeReader.GEOMETRY)
                        .sub(Tensors.of(wanted.geometry(), objects, AttributeReader.GEOMETRY))
                        .abs()
                        .mean()),
                entropy(
                        told.narrow(1, AttributeReader.GEOMETRY, told.size(1) - AttributeReader.GEOMETRY),
                        wanted.colours()),
                entropy(around.narrow(1, 0, backgrounds), wanted.backgrounds()),
                entropy(around.narrow(1, backgrounds, Style.values().length), wanted.styles()));
    }

    /**
     * Returns the focal loss for heatmaps (Zhou et al., 2019, equation 1; alpha 2, beta 4): cells that are predicted
     * well have little weight, and false positives near a peak have less. It is a sum over all cells, divided by the
     * number of peaks.
     *
     * @param given logits {@code [B, kinds, h, w]}
     * @param target the target of the same shape, exactly 1 at peaks
     */
    static Tensor focal(Tensor given, Tensor target) {
        return scoped(() -> {
            Tensor logits = wide(given);
            Tensor peak = target.eq(new Scalar(1)).to(target.scalar_type());
            Tensor probability = logits.sigmoid();
            Tensor missing = probability
                    .neg()
                    .add(new Scalar(1))
                    .square()
                    .mul(torch.log_sigmoid(logits))
                    .mul(peak);
            Tensor away = target.neg().add(new Scalar(1)).square().square();
            Tensor imagined =
                    probability.square().mul(torch.log_sigmoid(logits.neg())).mul(away);
            return missing.add(imagined).sum().neg().div(peak.sum().clamp_min(new Scalar(1)));
        });
    }

    private static Tensor entropy(Tensor logits, long[] classes) {
        return scoped(() -> torch.cross_entropy_loss(wide(logits), Tensors.of(classes, classes.length)));
    }

    /** Converts to F32, which sums over many cells need. */
    private static Tensor wide(Tensor x) {
        return x.to(Dtype.F32.scalarType());
    }
}
