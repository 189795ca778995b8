package dev.hypersd.degradation;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import java.util.Optional;

/**
 * A data set for preference learning made of the user's pictures: each picture with its caption, the same picture
 * degraded, and the caption of another picture.
 *
 * @param seed determines degradations and other captions, together with the number of the sample
 */
public record OwnPairs(Dataset<CaptionedImage> samples, long seed) implements Dataset<PreferencePair> {
    /** How many other pictures are tried until one has another caption. */
    private static final int TRIES = 32;

    @Override
    public long size() {
        return samples.size();
    }

    @Override
    public PreferencePair get(long index) {
        return pair(samples.get(index), index);
    }

    @Override
    public PreferencePair get(long index, long epoch) {
        return pair(samples.get(index, epoch), index);
    }

    private PreferencePair pair(CaptionedImage sample, long index) {
        SeededRandom random = new SeededRandom(seed, index);
        return new PreferencePair(
                sample.image(),
                sample.caption(),
                random.of(Degradation.values()).apply(sample.image(), random),
                otherCaption(sample.caption(), random));
    }

    /** Returns the caption of another picture; if all that are tried have the same one, there is nothing to learn. */
    private String otherCaption(String caption, SeededRandom random) {
        String other = caption;
        for (int i = 0; i < TRIES && other.equals(caption); i++) {
            other = samples.get(random.below(Math.toIntExact(size()))).caption();
        }
        return other;
    }

    @Override
    public Optional<Origin> origin(long index) {
        return samples.origin(index);
    }
}
