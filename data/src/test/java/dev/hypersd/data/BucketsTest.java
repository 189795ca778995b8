package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.request.Size;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BucketsTest {
    /** The sizes of kohya's scripts for SD 1.5, from the highest to the widest. */
    @Test
    void picturesOfStableDiffusionHaveTheUsualSizes() {
        assertThat(Buckets.of(512, 64).sizes().stream().map(Size::toString))
                .containsExactlyInAnyOrder(
                        "256x1024",
                        "256x960",
                        "256x896",
                        "256x832",
                        "320x768",
                        "320x704",
                        "384x640",
                        "448x576",
                        "512x512",
                        "576x448",
                        "640x384",
                        "704x320",
                        "768x320",
                        "832x256",
                        "896x256",
                        "960x256",
                        "1024x256");
    }

    @Test
    void picturesOfSdxlHaveItsMostFrequentSizes() {
        assertThat(Buckets.of(1024, 64).sizes())
                .contains(
                        new Size(1024, 1024),
                        new Size(1152, 896),
                        new Size(896, 1152),
                        new Size(1216, 832),
                        new Size(1344, 768),
                        new Size(768, 1344),
                        new Size(512, 2048));
    }

    @Test
    void aPictureHasTheSizeOfTheNearestShape() {
        Buckets buckets = Buckets.of(512, 64);

        assertThat(buckets.nearest(3000, 3000)).isEqualTo(new Size(512, 512));
        assertThat(buckets.nearest(40, 30)).isEqualTo(new Size(576, 448));
        assertThat(buckets.nearest(3, 4)).isEqualTo(new Size(448, 576));
        assertThat(buckets.nearest(9999, 1)).isEqualTo(new Size(1024, 256));
    }

    @Test
    void aSquareIsTheOnlySizeWithoutBuckets() {
        assertThat(Buckets.square(64).nearest(9, 1)).isEqualTo(new Size(64, 64));
    }

    @Provide
    Arbitrary<int[]> sidesAndSteps() {
        return Combinators.combine(
                        Arbitraries.of(8, 16, 64), Arbitraries.integers().between(2, 40))
                .as((step, count) -> new int[] {step * count, step});
    }

    @Property(tries = 200)
    void noAreaIsAboveThatOfTheSquareAndSidesAreMultiples(@ForAll("sidesAndSteps") int[] given) {
        int side = given[0];
        int step = given[1];

        assertThat(Buckets.of(side, step).sizes())
                .doesNotHaveDuplicates()
                .contains(new Size(side, side))
                .allSatisfy(size -> {
                    assertThat(size.width() * size.height()).isLessThanOrEqualTo(side * side);
                    assertThat(Stream.of(size.width(), size.height()))
                            .allMatch(length -> length % step == 0 && length >= side / 2 && length <= 2 * side);
                })
                .allMatch(size -> Buckets.of(side, step).sizes().contains(turned(size)));
    }

    @Property(tries = 500)
    void noOtherSizeIsNearerToTheShapeOfAPicture(
            @ForAll("sidesAndSteps") int[] given,
            @ForAll @IntRange(min = 1, max = 5000) int width,
            @ForAll @IntRange(min = 1, max = 5000) int height) {
        Buckets buckets = Buckets.of(given[0], given[1]);
        Size nearest = buckets.nearest(width, height);

        double distance = distance(nearest, width, height);
        assertThat(buckets.sizes()).allMatch(size -> distance(size, width, height) >= distance);
        assertThat(buckets.nearest(height, width)).isEqualTo(turned(nearest));
    }

    private static Size turned(Size size) {
        int width = size.height();
        int height = size.width();
        return new Size(width, height);
    }

    private static double distance(Size size, int width, int height) {
        double one = (double) size.width() / size.height();
        double other = (double) width / height;
        return Math.max(one / other, other / one) - 1e-12;
    }
}
