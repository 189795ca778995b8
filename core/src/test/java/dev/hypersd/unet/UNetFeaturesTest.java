package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class UNetFeaturesTest {
    @Test
    void featuresAreThoseOfEveryLevelOnTheWayDownAndUp() {
        try (TensorArena arena = new TensorArena()) {
            List<List<Long>> shapes = Engine.infer(() -> TensorScope.released(() -> {
                UNet2DConditionModel unet = TinyUNet.random(TinyUNet.PLAIN, arena);
                List<Tensor> maps = unet.features(
                        TinyUNet.noise(2, 4, 8, 8),
                        TinyUNet.times(3, 700),
                        Conditioning.of(TinyUNet.noise(2, 5, 6)),
                        unet.featureChannels().size());
                assertThat(maps).hasSameSizeAs(unet.featureChannels());
                List<List<Long>> sizes = new ArrayList<>();
                for (int i = 0; i < maps.size(); i++) {
                    long[] shape = Tensors.shape(maps.get(i));
                    assertThat(shape[1]).isEqualTo(unet.featureChannels().get(i));
                    sizes.add(List.of(shape[0], shape[2]));
                }
                return sizes;
            }));

            // Two levels: the first ends with its downsampling, and the decoder's coarse level with its enlargement.
            assertThat(shapes)
                    .containsExactly(
                            List.of(2L, 4L), List.of(2L, 4L), List.of(2L, 4L), List.of(2L, 8L), List.of(2L, 8L));
        }
    }

    @Test
    void aTracedPassPredictsLikeAnOtherAndHasTheSameFeatures() {
        try (TensorArena arena = new TensorArena()) {
            Engine.infer(() -> TensorScope.released(() -> {
                UNet2DConditionModel unet = TinyUNet.random(TinyUNet.PLAIN, arena);
                Tensor sample = TinyUNet.noise(2, 4, 8, 8);
                Tensor times = TinyUNet.times(3, 700);
                Conditioning text = Conditioning.of(TinyUNet.noise(2, 5, 6));
                UNet2DConditionModel.Traced traced = unet.traced(sample, times, text);
                List<Tensor> first = unet.features(sample, times, text, 3);

                assertThat(traced.prediction().equal(unet.forward(sample, times, text)))
                        .isTrue();
                assertThat(traced.features()).hasSameSizeAs(unet.featureChannels());
                assertThat(first).hasSize(3);
                for (int i = 0; i < first.size(); i++) {
                    assertThat(first.get(i).equal(traced.features().get(i))).isTrue();
                }
                return traced.features().size();
            }));
        }
    }
}
