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

    private LatentCache(Encoder encoder, LatentFiles files, List<Entry> entries, long seed) {
        this.encoder = encoder;
        this.files = files;
        this.entries = entries;
        this.seed = seed;
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
        return new LatentSample(files.latents(pictures.get(picture)), encoder.ids(caption), picture > 0);
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

    /** Returns the shape of every sample's latents, {@code [C, h, w]}. */
    public long[] shape() {
        return files.shape(entries.getFirst().contents().picture());
    }

    @Override
    public void close() {
        files.close();
    }
}
