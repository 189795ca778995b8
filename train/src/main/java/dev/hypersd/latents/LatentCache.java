package dev.hypersd.latents;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.data.Origin.Contents;
import dev.hypersd.data.Origin.Use;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.data.Shuffle;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A data set of latents and token ids, whose latents are computed when they are first needed: encoding costs far more
 * than training on the result. Every picture and caption is recognised by its content, so only pictures that changed or
 * are new are encoded again, and data sets that share pictures share their latents.
 */
public final class LatentCache implements Dataset<LatentSample>, AutoCloseable {
    /** Encodes pictures and captions. */
    public interface Encoder {
        /** Returns latents of unit variance, {@code [B, C, h, w]}. */
        Tensor latents(List<CaptionedImage> samples);

        /** Returns token ids, all of one length. */
        long[] ids(String caption);

        /** Returns a text that identifies the encoder; encoders that make other latents have other ones. */
        String fingerprint();
    }

    /** Receives the progress of the encoding, which several processes may divide among themselves. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Reports progress.
         *
         * @param done the number of encoded samples, of {@code total}
         */
        void progressed(long done, long total);

        /** Returns whether this process makes the file with this number; another one makes it otherwise. */
        default boolean makes(long file) {
            return true;
        }

        /** Waits until all processes have come to this place. */
        default void await() {}
    }

    private final Encoder encoder;
    private final LatentFiles files;
    private final List<Entry> entries;
    private final long seed;

    /** The shapes of latents, the one nearest to a square first. */
    private final List<long[]> shapes;

    /** For each sample, which of the shapes it has. */
    private final int[] groups;

    private LatentCache(Encoder encoder, LatentFiles files, List<Entry> entries, long seed) {
        this.encoder = encoder;
        this.files = files;
        this.entries = entries;
        this.seed = seed;
        List<List<Long>> all = entries.stream()
                .map(entry -> Arrays.stream(files.shape(entry.contents().picture()))
                        .boxed()
                        .toList())
                .toList();
        List<List<Long>> different = all.stream()
                .distinct()
                .sorted(Comparator.comparingDouble(LatentCache::length).thenComparing(List::toString))
                .toList();
        this.shapes = different.stream()
                .map(shape -> shape.stream().mapToLong(side -> side).toArray())
                .toList();
        this.groups = all.stream().mapToInt(different::indexOf).toArray();
    }

    /** Returns how far a shape {@code [C, h, w]} is from a square. */
    private static double length(List<Long> shape) {
        return Math.abs(Math.log((double) shape.get(1) / shape.get(2)));
    }

    /**
     * Opens the files in {@code folder}, and adds the latents that are missing.
     *
     * @param folder the folder, which is created if it does not exist
     * @param seed decides which form of a sample an epoch has
     * @throws InvalidFileException if a file is of another encoder
     */
    public static LatentCache open(
            Path folder, Dataset<CaptionedImage> samples, Encoder encoder, long seed, Listener listener) {
        LatentFiles files = LatentFiles.in(folder, encoder.fingerprint());
        KnownContents known = KnownContents.in(folder);
        List<Entry> entries = new LatentEncoding(samples, encoder, files, known).complete(listener);
        known.write();
        return new LatentCache(encoder, files, entries, seed);
    }

    /** A sample: what it is made from, and how it is learned. */
    record Entry(Contents contents, Use use) {
        private static final String MIRRORED = "-mirrored";

        /** Returns what identifies the forms of the picture: as it is and, if that is learned too, mirrored. */
        List<String> pictures() {
            String picture = contents.picture();
            return use.flip() ? List.of(picture, picture + MIRRORED) : List.of(picture);
        }
    }

    @Override
    public long size() {
        return entries.size();
    }

    /** Returns a sample as it is, with its first caption. */
    @Override
    public LatentSample get(long index) {
        return sample(of(index), 0);
    }

    /**
     * Returns a sample in one of its forms: the picture or its mirror image, with one of the captions. Each form has
     * one of as many epochs as there are forms.
     */
    @Override
    public LatentSample get(long index, long epoch) {
        Entry entry = of(index);
        long forms =
                (long) entry.pictures().size() * entry.contents().captions().size();
        Shuffle order = new Shuffle(forms, new SeededRandom(seed, index).number());
        return sample(entry, (int) order.at(epoch));
    }

    private LatentSample sample(Entry entry, int form) {
        List<String> pictures = entry.pictures();
        int picture = form % pictures.size();
        String caption = entry.contents().captions().get(form / pictures.size());
        return new LatentSample(
                files.get(pictures.get(picture)),
                encoder.ids(caption),
                picture > 0,
                entry.use().weight());
    }

    /** Returns the group of a sample: all samples of a group have latents of one shape. */
    @Override
    public int group(long index) {
        return groups[Math.toIntExact(index)];
    }

    private Entry of(long index) {
        return entries.get(Math.toIntExact(index));
    }

    @Override
    public Optional<Origin> origin(long index) {
        return Optional.of(
                new Origin(Optional.empty(), of(index)::contents, of(index).use()));
    }

    /** Returns the token ids of the first caption of sample {@code index}. */
    public long[] ids(long index) {
        return encoder.ids(of(index).contents().caption());
    }

    /** Returns the token ids of all captions. */
    public Stream<long[]> ids() {
        return entries.stream()
                .flatMap(entry -> entry.contents().captions().stream())
                .distinct()
                .map(encoder::ids);
    }

    /** Returns a hash of all pictures and captions, in their order. */
    public String fingerprint() {
        Fingerprint fingerprint = new Fingerprint();
        entries.forEach(entry -> fingerprint
                .add(String.join("\n", entry.pictures()))
                .add("\n")
                .add(String.join("\n", entry.contents().captions()))
                .add("\n"));
        return fingerprint.digits(LatentFiles.DIGITS);
    }

    /**
     * Returns the shapes that latents of samples have, {@code [C, h, w]}: the one nearest to a square first, in which
     * sample pictures are drawn.
     */
    public List<long[]> shapes() {
        return shapes;
    }

    @Override
    public void close() {
        files.close();
    }
}
