package dev.hypersd.data;

import java.util.List;
import java.util.Optional;

/**
 * Pictures with one caption each: those with several take turns between them, each caption in one of as many epochs as
 * there are captions.
 *
 * @param seed decides which caption an epoch has
 */
public record CaptionTurns(Dataset<CaptionedImage> source, long seed) implements Dataset<CaptionedImage> {
    @Override
    public long size() {
        return source.size();
    }

    @Override
    public CaptionedImage get(long index) {
        CaptionedImage sample = source.get(index);
        return new CaptionedImage(sample.image(), sample.caption());
    }

    @Override
    public CaptionedImage get(long index, long epoch) {
        CaptionedImage sample = source.get(index, epoch);
        List<String> captions = sample.captions();
        Shuffle order = new Shuffle(captions.size(), new SeededRandom(seed, index).number());
        return new CaptionedImage(sample.image(), captions.get((int) order.at(epoch)));
    }

    @Override
    public Optional<Origin> origin(long index) {
        return source.origin(index);
    }
}
