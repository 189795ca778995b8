package dev.hypersd.unet;

import static dev.hypersd.unet.TinyUNet.noise;
import static dev.hypersd.unet.TinyUNet.times;

import dev.hypersd.nn.GradientCheck;
import dev.hypersd.tensor.Dtype;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class UNetGradientTest {
    @Test
    void allParametersOfAPlainUNetTrain() {
        check(TinyUNet.PLAIN, Conditioning.of(noise(2, 3, 6)));
    }

    @Test
    void allParametersTrainWithAddedConditions() {
        check(
                TinyUNet.WITH_ADDED,
                Conditioning.of(noise(2, 3, 6)).with(new Conditioning.Added(noise(2, 6), noise(2, 6))));
    }

    @Test
    void allParametersTrainWithGuidance() {
        check(TinyUNet.GUIDED, Conditioning.of(noise(2, 3, 6)).withGuidance(noise(2, 4)));
    }

    private static void check(UNetConfig config, Conditioning conditioning) {
        Tensor latents = noise(2, 4, 5, 6).to(Dtype.F64.scalarType());
        Tensor times = times(3, 40);
        GradientCheck.check(p -> {
            UNet2DConditionModel unet = new UNet2DConditionModel(config, p);
            return () -> unet.forward(latents, times, conditioning);
        });
    }
}
