package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.tensor.Autocast;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The contrastive loss of CLIP (Radford et al., 2021, figure 3): every text has to find its picture in the batch, and
 * every picture its text.
 */
public final class ContrastiveLoss {
    private ContrastiveLoss() {}

    /**
     * Returns the mean cross-entropy of both searches, a scalar. Guessing gives the logarithm of the batch size.
     *
     * @param texts embeddings {@code [B, P]} of length 1
     * @param pictures embeddings {@code [B, P]} of length 1, those of the texts in the same order
     * @param scale a scalar by which cosines are multiplied
     */
    public static Tensor of(Tensor texts, Tensor pictures, Tensor scale) {
        return scoped(() -> {
            // In F32: multiplied by the scale, rounded cosines would be far apart.
            Tensor logits = cosines(texts, pictures).mul(scale);
            Tensor own = own(texts);
            return torch.cross_entropy_loss(logits, own)
                    .add(torch.cross_entropy_loss(logits.t(), own))
                    .mul(new Scalar(0.5));
        });
    }

    /**
     * Returns the fraction of texts whose own picture is the nearest in the batch, a scalar.
     *
     * @param texts {@code [B, P]} of length 1
     * @param pictures {@code [B, P]} of length 1, those of the texts in the same order
     */
    public static Tensor accuracy(Tensor texts, Tensor pictures) {
        return scoped(() -> cosines(texts, pictures)
                .argmax(new LongOptional(1), false)
                .eq(own(texts))
                .to(Dtype.F32.scalarType())
                .mean());
    }

    /**
     * Returns the cosine of every text and every picture, {@code [B, B]}, in F32, because multiplication by the scale
     * would magnify rounding.
     */
    private static Tensor cosines(Tensor texts, Tensor pictures) {
        return Autocast.without(() -> wide(texts).mm(wide(pictures).t()));
    }

    private static Tensor own(Tensor texts) {
        return Tensors.of(LongStream.range(0, texts.size(0)).toArray(), texts.size(0));
    }

    private static Tensor wide(Tensor x) {
        return x.to(Dtype.F32.scalarType());
    }
}
