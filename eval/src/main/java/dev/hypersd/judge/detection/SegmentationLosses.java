package dev.hypersd.judge.detection;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.judge.detection.SegmentationTargets.Positive;
import dev.hypersd.scene.Sample;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.function.ToLongFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The losses of the segmenter on a batch, each a scalar. They are also differentiable with respect to the pixels, so
 * that they can measure errors in pictures of known objects.
 *
 * @param category the focal loss of the cells' categories, see {@link #focal}
 * @param mask the Dice loss, the mean over masks, see {@link #dice}
 */
public record SegmentationLosses(Tensor category, Tensor mask) {
    /** The weight of the mask loss relative to the category loss (Wang et al., 2020, equation 4). */
    public static final double MASK_WEIGHT = 3;

    private static final double RARE_WEIGHT = 0.25;

    /** Computes the losses on the pictures of scenes. */
    public static SegmentationLosses of(Segmenter segmenter, List<Sample> batch) {
        return of(segmenter, ImageTensors.of(batch.stream().map(Sample::image).toList()), batch);
    }

    /**
     * Computes the losses on {@code pixels} that should show the objects of {@code truth}.
     *
     * @param pixels {@code [B, 3, S, S]} from -1 to 1
     * @param truth the scenes with the correct masks; their pictures are of size {@code S}
     */
    public static SegmentationLosses of(Segmenter segmenter, Tensor pixels, List<Sample> truth) {
        Tensor grid = segmenter.grid(pixels);
        SegmentationTargets wanted = SegmentationTargets.of(truth, (int) grid.size(2));
        List<Positive> positives = wanted.positives();
        Tensor categories = segmenter.categories(grid);
        Tensor category = focal(categories, Tensors.of(wanted.categories(), Tensors.shape(categories)));
        Tensor mask = scoped(() -> {
            Tensor filters = segmenter.filters(grid).index_select(0, numbers(positives, Positive::cell));
            Tensor drawn = Segmenter.draw(filters, segmenter.canvas(grid), numbers(positives, Positive::picture));
            return dice(drawn, masks(positives, Tensors.shape(drawn)));
        });
        return new SegmentationLosses(category, mask);
    }

    /**
     * Returns the focal loss (Lin et al., 2017; alpha 1/4, gamma 2): {@code -a (1 - p)^2 log p} with the probability
     * {@code p} of the correct answer. It is a sum over all cells, divided by the number of positive ones.
     */
    static Tensor focal(Tensor given, Tensor target) {
        return scoped(() -> {
            Tensor logits = given.to(Dtype.F32.scalarType());
            Tensor probability = logits.sigmoid();
            Tensor inverse = probability.neg().add(new Scalar(1));
            Tensor present =
                    inverse.square().mul(torch.log_sigmoid(logits)).mul(target).mul(new Scalar(-RARE_WEIGHT));
            Tensor absent = probability
                    .square()
                    .mul(torch.log_sigmoid(logits.neg()))
                    .mul(target.neg().add(new Scalar(1)))
                    .mul(new Scalar(RARE_WEIGHT - 1));
            return present.add(absent).sum().div(target.sum().clamp_min(new Scalar(1.0)));
        });
    }

    /**
     * Returns one minus the Dice coefficient {@code 2 sum(p q) / (sum(p^2) + sum(q^2))}, the mean over masks: 0 where
     * they are equal, 1 where they have nothing in common.
     *
     * @param given logits {@code [M, H, W]}
     * @param target {@code [M, H, W]} from 0 to 1, none of them empty
     */
    static Tensor dice(Tensor given, Tensor target) {
        return scoped(() -> {
            Tensor drawn = given.to(Dtype.F32.scalarType()).sigmoid().flatten(1, 2);
            Tensor wanted = target.flatten(1, 2);
            Tensor common = drawn.mul(wanted).sum(-1).mul(new Scalar(2));
            Tensor all = drawn.square().sum(-1).add(wanted.square().sum(-1));
            return common.div(all).mean().neg().add(new Scalar(1));
        });
    }

    private static Tensor numbers(List<Positive> positives, ToLongFunction<Positive> number) {
        return Tensors.of(positives.stream().mapToLong(number).toArray(), positives.size());
    }

    private static Tensor masks(List<Positive> positives, long... shape) {
        int each = positives.getFirst().mask().length;
        float[] masks = new float[positives.size() * each];
        for (int i = 0; i < positives.size(); i++) {
            System.arraycopy(positives.get(i).mask(), 0, masks, i * each, each);
        }
        return Tensors.of(masks, shape);
    }
}
