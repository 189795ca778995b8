package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.HiresPass;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Original;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a mask keeps can be redrawn in the last steps, and the steps of a second pass are counted with the first. */
class KeptStrengthTest {
    private static final int SIDE = 64;
    private static final Image PICTURE = picture();
    private static final Image RIGHT = mask(SIDE / 2);
    private static final Image ALL = mask(0);

    private static DiffusionPipeline pipeline;

    @BeforeAll
    static void load() {
        pipeline = DiffusionPipeline.load(ReferenceCase.own().resolve("pipelines/models/sd15"));
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void withoutAStrengthTheRestStaysAndWithAllOfItNothingIsKept() {
        Image kept = draw(Original.masked(PICTURE, RIGHT));
        assertThat(draw(Original.masked(PICTURE, RIGHT).withKeptStrength(0))).isEqualTo(kept);
        // Of one step of four, a smaller share is none.
        assertThat(draw(Original.masked(PICTURE, RIGHT).withKeptStrength(0.2))).isEqualTo(kept);
        Image free = draw(Original.masked(PICTURE, ALL));
        assertThat(draw(Original.masked(PICTURE, RIGHT).withKeptStrength(1))).isEqualTo(free);
        assertThat(free).isNotEqualTo(kept);
    }

    @Test
    void theMoreStrengthTheLessOfThePictureStays() {
        Image kept = draw(Original.masked(PICTURE, RIGHT));
        double before = 0;
        for (double strength : new double[] {0.25, 0.5, 0.75}) {
            double difference = difference(draw(Original.masked(PICTURE, RIGHT).withKeptStrength(strength)), kept);
            assertThat(difference).as("strength " + strength).isGreaterThan(before);
            before = difference;
        }
    }

    @Test
    void strengthsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> Original.masked(PICTURE, RIGHT).withKeptStrength(1.5))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the strength in what a mask keeps must be 0 to 1, not 1.5");
        assertThatThrownBy(() -> Original.of(PICTURE).withKeptStrength(0.5))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a strength in what a mask keeps needs a mask");
    }

    @Test
    void theStepsOfAllPassesAreCountedTogetherAndEachShowsAllPictures() {
        List<String> steps = new ArrayList<>();
        ImageRequest two =
                request().hires(new HiresPass(1.5, 0.5)).imagesPerPrompt(2).build();
        List<GeneratedImage> images = pipeline.generate(two, new GenerationListener() {
            @Override
            public void onStep(Step step) {
                List<Integer> sides =
                        step.previews().get().stream().map(Image::width).toList();
                steps.add("%d/%d %s".formatted(step.number(), step.total(), sides));
            }
        });
        assertThat(steps)
                .containsExactly(
                        "1/8 [64, 64]",
                        "2/8 [64, 64]",
                        "3/8 [64, 64]",
                        "4/8 [64, 64]",
                        "5/8 [96, 64]",
                        "6/8 [96, 64]",
                        "7/8 [64, 96]",
                        "8/8 [64, 96]");
        assertThat(images).allMatch(image -> image.image().width() == 96);
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("a boat")
                .size(SIDE, SIDE)
                .sampler(Samplers.named("ddim"))
                .steps(Steps.of(4))
                .guidance(Guidance.OFF)
                .seed(3);
    }

    private static Image draw(Original original) {
        return pipeline.generate(request().original(original).build())
                .getFirst()
                .image();
    }

    private static double difference(Image a, Image b) {
        byte[] first = a.rgb();
        byte[] second = b.rgb();
        return IntStream.range(0, first.length)
                .filter(i -> i / 3 % SIDE < SIDE / 4) // Away from what is redrawn anyway.
                .mapToDouble(i -> Math.abs((first[i] & 0xFF) - (second[i] & 0xFF)))
                .sum();
    }

    private static Image picture() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i % 199);
        }
        return new Image(SIDE, SIDE, rgb);
    }

    /** A mask that is white from column {@code from} on. */
    private static Image mask(int from) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int row = 0; row < SIDE; row++) {
            Arrays.fill(rgb, 3 * (row * SIDE + from), 3 * (row + 1) * SIDE, (byte) 0xFF);
        }
        return new Image(SIDE, SIDE, rgb);
    }
}
