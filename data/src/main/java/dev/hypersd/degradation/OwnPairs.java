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
                PreferencePairs.otherCaption(
                        sample.caption(), size(), other -> samples.get(other).caption(), random));
    }

    @Override
    public Optional<Origin> origin(long index) {
        return samples.origin(index);
    }
}
