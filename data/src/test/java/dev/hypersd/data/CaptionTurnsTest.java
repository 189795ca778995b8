package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class CaptionTurnsTest {
    private static final List<String> CAPTIONS = List.of("a cat", "a tabby cat", "a pet");

    @Property(tries = 50)
    void eachCaptionHasOneOfAsManyEpochsAsThereAreCaptions(@ForAll long seed, @ForAll @IntRange(max = 100) int first) {
        CaptionTurns turns = new CaptionTurns(pictures(), seed);
        int begin = first * CAPTIONS.size();

        List<List<String>> learned = LongStream.range(begin, begin + CAPTIONS.size())
                .mapToObj(epoch -> turns.get(1, epoch).captions())
                .toList();

        assertThat(learned)
                .containsExactlyInAnyOrderElementsOf(
                        CAPTIONS.stream().map(List::of).toList());
    }

    @Property(tries = 20)
    void withoutAnEpochASampleHasItsFirstCaption(@ForAll long seed) {
        assertThat(new CaptionTurns(pictures(), seed).get(0).captions()).containsExactly(CAPTIONS.getFirst());
    }

    /** Two pictures with the same captions. */
    private static Dataset<CaptionedImage> pictures() {
        return new Dataset<>() {
            @Override
            public long size() {
                return 2;
            }

            @Override
            public CaptionedImage get(long index) {
                return new CaptionedImage(TestPictures.picture((int) index), CAPTIONS);
            }
        };
    }
}
