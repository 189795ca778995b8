package dev.hypersd.objective;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.vae.DiagonalGaussian;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What is measured of an autoencoder, each a scalar. */
final class ReconstructionErrors {
    private ReconstructionErrors() {}

    /** The mean absolute difference of neighbours. */
    static Tensor edges(Tensor x) {
        long height = x.size(2);
        long width = x.size(3);
        return scoped(() -> x.narrow(2, 1, height - 1)
                .sub(x.narrow(2, 0, height - 1))
                .abs()
                .mean()
                .add(x.narrow(3, 1, width - 1)
                        .sub(x.narrow(3, 0, width - 1))
                        .abs()
                        .mean()));
    }

    /** Of Kullback and Leibler, from a standard normal distribution, per latent. */
    static Tensor divergence(DiagonalGaussian posterior) {
        return scoped(() -> posterior
                .mean()
                .square()
                .add(posterior.logVariance().exp())
                .sub(posterior.logVariance())
                .sub(new Scalar(1))
                .mean()
                .mul(new Scalar(0.5)));
    }

    /** In decibel, for pixels that span 2. */
    static Tensor signalToNoise(Tensor error) {
        return scoped(() ->
                torch.log10(error.detach().square().mean().div(new Scalar(4))).mul(new Scalar(-10)));
    }
}
