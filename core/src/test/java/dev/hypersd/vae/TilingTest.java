package dev.hypersd.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Tiling;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TilingTest {
    /** Weights are F32 and two of them add up at each pixel. */
    private static final double TOLERANCE = 1e-5;

    /**
     * A map that looks at each latent by itself gives the same in tiles as whole, whatever the sizes: seams cannot be
     * seen.
     */
    @Property(tries = 60)
    void tilesOfAPointwiseMapJoinWithoutSeams(
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 3, max = 16) int size,
            @ForAll @IntRange(min = 0, max = 5) int more) {
        Tiling tiling = new Tiling(size, 1 + more % (size / 3));
        Engine.infer(() -> {
            Tensor x = torch.randn(new long[] {1, 2, height, width}, Tensors.options(Dtype.F32));
            float[] whole = Tensors.toFloats(triple(x));
            float[] tiled = Tensors.toFloats(Tiles.apply(tiling, x, 1, 3, TilingTest::triple));
            assertThat(tiled).hasSameSizeAs(whole);
            for (int i = 0; i < whole.length; i++) {
                assertThat((double) tiled[i]).isCloseTo(whole[i], within(TOLERANCE));
            }
            return size;
        });
    }

    @Test
    void noTileIsLargerThanTheGivenSize() {
        List<String> tiles = new ArrayList<>();
        Engine.infer(() -> Tiles.apply(new Tiling(8, 2), torch.ones(1, 1, 20, 6), 1, 1, x -> {
                    tiles.add(x.size(2) + "x" + x.size(3));
                    return x.clone();
                })
                .dim());
        assertThat(tiles).containsExactly("8x6", "8x6", "8x6");
    }

    @Test
    void tilesAreNoLargerThanNeeded() {
        List<Long> tiles = new ArrayList<>();
        Engine.infer(() -> Tiles.apply(new Tiling(64, 16), torch.ones(1, 1, 128, 1), 1, 1, x -> {
                    tiles.add(x.size(2));
                    return x.clone();
                })
                .dim());
        assertThat(tiles).containsExactly(54L, 54L, 54L); // Two tiles of 64 cover 112.
    }

    @Test
    void encodersShrinkTiles() {
        float[] means = Engine.infer(() -> Tensors.toFloats(
                Tiles.apply(new Tiling(4, 1), torch.ones(1, 1, 20, 12), 2, 1, x -> torch.avg_pool2d(x, 2, 2))));
        assertThat(means).hasSize(10 * 6).containsOnly(1f);
    }

    @Test
    void overlapsAreBetweenOneAndAThird() {
        assertThatThrownBy(() -> new Tiling(8, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tiles of size 8 cannot overlap by 3; 1 to a third of the size is possible");
        assertThatThrownBy(() -> new Tiling(8, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Tensor triple(Tensor x) {
        return torch.upsample_nearest2d(
                x, new long[] {3 * x.size(2), 3 * x.size(3)}, new DoubleOptional(), new DoubleOptional());
    }
}
