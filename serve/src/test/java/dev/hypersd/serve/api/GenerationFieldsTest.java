package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Options from files are read so that they draw the same picture here, however often they go round. */
class GenerationFieldsTest {
    @Property
    void stepsThatWereTakenOfAPictureAreTheStepsThatAreReadBack(
            @ForAll @IntRange(min = 1, max = 100) int steps, @ForAll @IntRange(min = 1, max = 100) int percent) {
        double strength = percent / 100.0;
        int whole = (int) Math.ceil(steps / strength - 1e-9); // As a file says it; see OptionsResolver.
        GenerationOptions read = GenerationFields.ofFile(ofFile(whole, strength));
        assertThat(read.get(Option.STEPS)).contains(steps);
        assertThat(read.has(Option.EXACT_STEPS)).isFalse();
    }

    @Test
    void aScheduleThatNoNumberOfTakenStepsMakesIsSaidAsSuch() {
        GenerationOptions read = GenerationFields.ofFile(ofFile(20, 0.33));
        assertThat(read.get(Option.STEPS)).contains(20);
        assertThat(read.get(Option.EXACT_STEPS)).contains(false);
    }

    @Test
    void stepsOfAPictureThatStartedFromNoneStayAsTheyAre() {
        GenerationOptions options =
                GenerationOptions.of("a cat").toBuilder().steps(7).build();
        assertThat(GenerationFields.ofFile(options)).isEqualTo(options);
    }

    private static GenerationOptions ofFile(int steps, double strength) {
        return GenerationOptions.of("a cat").toBuilder()
                .steps(steps)
                .strength(strength)
                .build();
    }
}
