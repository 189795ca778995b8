package dev.hypersd.data;

import java.util.Optional;

/**
 * Captioned pictures whose captions begin with a word by which a model is to recognise what they show.
 *
 * @param word the word or words, not blank
 */
public record TriggerWord(Dataset<CaptionedImage> source, String word) implements Dataset<CaptionedImage> {
    @Override
    public long size() {
        return source.size();
    }

    @Override
    public CaptionedImage get(long index) {
        CaptionedImage sample = source.get(index);
        return new CaptionedImage(sample.image(), before(sample.caption()));
    }

    @Override
    public Optional<Origin> origin(long index) {
        return source.origin(index)
                .map(origin -> new Origin(origin.stamp().map(stamp -> stamp + "; called " + word), () -> {
                    Origin.Contents contents = origin.contents().get();
                    return new Origin.Contents(contents.picture(), before(contents.caption()));
                }));
    }

    private String before(String caption) {
        return word + ", " + caption;
    }
}
