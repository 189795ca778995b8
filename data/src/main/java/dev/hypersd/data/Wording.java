package dev.hypersd.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How captions are learned.
 *
 * @param trigger a word or words with which each caption begins, by which a model is to recognise what it shows
 * @param tagOrders in how many orders the comma-separated tags of each caption are learned; 1 for the one in which they
 *     stand
 * @param keptTags how many of the first tags stay in their places
 */
public record Wording(Optional<String> trigger, int tagOrders, int keptTags) {
    /** Captions as they stand. */
    public static final Wording PLAIN = new Wording(Optional.empty(), 1, 0);

    private static final String COMMA = ", ";

    public Wording {
        if (tagOrders < 1 || keptTags < 0) {
            throw new IllegalArgumentException("%d orders with %d kept tags".formatted(tagOrders, keptTags));
        }
    }

    /**
     * Returns all forms in which captions are learned, as many of each. They follow from the caption, so that runs with
     * other seeds and other pictures share what is computed from them.
     */
    public List<String> of(List<String> captions) {
        return captions.stream()
                .flatMap(caption -> IntStream.range(0, tagOrders).mapToObj(order -> ordered(caption, order)))
                .map(caption -> trigger.map(word -> word + COMMA + caption).orElse(caption))
                .toList();
    }

    private String ordered(String caption, int order) {
        if (tagOrders == 1) {
            return caption;
        }
        List<String> tags = new ArrayList<>(Arrays.stream(caption.split(","))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .toList());
        SeededRandom random = new SeededRandom(order, caption.hashCode());
        for (int last = tags.size() - 1; last > keptTags; last--) {
            int other = keptTags + random.below(last + 1 - keptTags);
            tags.set(other, tags.set(last, tags.get(other)));
        }
        return tags.isEmpty() ? caption : String.join(COMMA, tags);
    }

    /** Returns {@code source} with its captions as they are learned. */
    public Dataset<CaptionedImage> in(Dataset<CaptionedImage> source) {
        return equals(PLAIN) ? source : new Worded(source, this);
    }

    private record Worded(Dataset<CaptionedImage> source, Wording wording) implements Dataset<CaptionedImage> {
        @Override
        public long size() {
            return source.size();
        }

        @Override
        public CaptionedImage get(long index) {
            CaptionedImage sample = source.get(index);
            return new CaptionedImage(sample.image(), sample.framing(), sample.mask(), wording.of(sample.captions()));
        }

        @Override
        public Optional<Origin> origin(long index) {
            return source.origin(index)
                    .map(origin -> origin.map(
                            wording.toString(),
                            contents -> new Origin.Contents(contents.picture(), wording.of(contents.captions()))));
        }
    }
}
