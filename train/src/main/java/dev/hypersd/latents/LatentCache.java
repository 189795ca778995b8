package dev.hypersd.latents;

import dev.hypersd.data.BrokenSampleException;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.data.Origin.Contents;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.data.Shuffle;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * A data set of latents and token ids, whose latents are computed when they are first needed: encoding costs far more
 * than training on the result. Every picture and caption is recognised by its content, so only pictures that changed or
 * are new are encoded again, and data sets that share pictures share their latents.
 */
public final class LatentCache implements Dataset<LatentSample>, AutoCloseable {
    /** The most pictures in a file, and so the most that are encoded again after an interruption. */
    private static final int SHARD = 256;

    private static final int BATCH = 32;

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
    private final List<Contents> contents;
    private final long seed;

    private LatentCache(Encoder encoder, LatentFiles files, List<Contents> contents, long seed) {
        this.encoder = encoder;
        this.files = files;
        this.contents = contents;
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
        Opening opening = new Opening(samples, encoder, files, known);
        List<Contents> contents = new ArrayList<>();
        LongStream.range(0, samples.size())
                .parallel()
                .mapToObj(opening::contents)
                .forEachOrdered(contents::add);
        files.dropMadeOtherwise(contents, number -> pixels(samples.get(number)));
        encodeMissing(opening, contents, listener);
        known.write();
        return new LatentCache(encoder, files, List.copyOf(contents), seed);
    }

    private static void encodeMissing(Opening opening, List<Contents> contents, Listener listener) {
        List<Long> missing = opening.missing(contents);
        listener.await(); // All have seen the same files, and divide the same list.
        encode(opening, contents, missing, listener::makes, listener);
        listener.await();
        opening.files().mapNew();
        // What was taken for a readable sample may have turned out to be broken, and another one takes its place.
        for (List<Long> rest = opening.missing(contents); !rest.isEmpty(); rest = opening.missing(contents)) {
            encode(opening, contents, rest, _ -> true, listener);
        }
    }

    private static void encode(
            Opening opening, List<Contents> contents, List<Long> numbers, LongPredicate makes, Listener listener) {
        for (int first = 0; first < numbers.size(); first += SHARD) {
            if (makes.test(first / SHARD)) {
                List<Long> some = numbers.subList(first, Math.min(first + SHARD, numbers.size()));
                long before = first;
                opening.encode(some, done -> listener.progressed(before + done, numbers.size()));
                some.forEach(number -> contents.set(number.intValue(), opening.contents(number)));
            }
        }
    }

    /** Returns a hash of the pixels of a sample. */
    private static String pixels(CaptionedImage sample) {
        return new Fingerprint()
                .add(sample.image().toString())
                .add(ByteBuffer.wrap(sample.image().rgb()))
                .digits(LatentFiles.DIGITS);
    }

    /** The data set in the course of being opened. */
    private record Opening(Dataset<CaptionedImage> samples, Encoder encoder, LatentFiles files, KnownContents known) {
        /** Returns what identifies the content of a sample, which is read only if it is not known. */
        Contents contents(long number) {
            return samples.origin(number)
                    .map(origin -> known.of(origin).orElseGet(() -> read(number, origin)))
                    .orElseGet(() -> decoded(number));
        }

        private Contents read(long number, Origin origin) {
            try {
                return known.read(origin);
            } catch (BrokenSampleException e) {
                samples.get(number); // Finds the sample that takes its place.
                return known.read(samples.origin(number).orElseThrow());
            }
        }

        private Contents decoded(long number) {
            CaptionedImage sample = samples.get(number);
            return new Contents(pixels(sample), sample.captions());
        }

        /** Returns the numbers of the first samples of all pictures without latents. */
        List<Long> missing(List<Contents> contents) {
            Map<String, Long> missing = new LinkedHashMap<>();
            for (int number = 0; number < contents.size(); number++) {
                if (!files.has(contents.get(number).picture())) {
                    missing.putIfAbsent(contents.get(number).picture(), (long) number);
                }
            }
            return List.copyOf(missing.values());
        }

        /**
         * Encodes some pictures into a new file.
         *
         * @param progress receives how many of them are done
         */
        void encode(List<Long> numbers, LongConsumer progress) {
            Set<String> taken = new HashSet<>();
            LatentFiles.Addition addition = files.addition();
            for (int first = 0; first < numbers.size(); first += BATCH) {
                List<Long> some = numbers.subList(first, Math.min(first + BATCH, numbers.size()));
                List<CaptionedImage> read =
                        some.stream().parallel().map(samples::get).toList();
                Map<String, CaptionedImage> batch = new LinkedHashMap<>();
                for (int i = 0; i < read.size(); i++) {
                    // Reading has shown whether it is broken, and another one takes its place.
                    String picture = contents(some.get(i)).picture();
                    if (!files.has(picture) && taken.add(picture)) {
                        batch.put(picture, read.get(i));
                    }
                }
                if (!batch.isEmpty()) {
                    List<CaptionedImage> images = List.copyOf(batch.values());
                    addition.add(List.copyOf(batch.keySet()), pixels(images.getFirst()), () -> encoder.latents(images));
                }
                progress.accept(first + some.size());
            }
            addition.publish();
        }
    }

    @Override
    public long size() {
        return contents.size();
    }

    @Override
    public LatentSample get(long index) {
        return new LatentSample(files.latents(of(index).picture()), ids(index));
    }

    /** Returns a sample with one of its captions, each of which is in one of as many epochs as there are captions. */
    @Override
    public LatentSample get(long index, long epoch) {
        Contents sample = of(index);
        Shuffle order = new Shuffle(sample.captions().size(), new SeededRandom(seed, index).number());
        String caption = sample.captions().get((int) order.at(epoch));
        return new LatentSample(files.latents(sample.picture()), encoder.ids(caption));
    }

    private Contents of(long index) {
        return contents.get(Math.toIntExact(index));
    }

    @Override
    public Optional<Origin> origin(long index) {
        return Optional.of(new Origin(Optional.empty(), () -> of(index)));
    }

    /** Returns the token ids of the first caption of sample {@code index}. */
    public long[] ids(long index) {
        return encoder.ids(of(index).caption());
    }

    /** Returns the token ids of all captions. */
    public Stream<long[]> ids() {
        return contents.stream()
                .flatMap(sample -> sample.captions().stream())
                .distinct()
                .map(encoder::ids);
    }

    /** Returns a hash of all pictures and captions, in their order. */
    public String fingerprint() {
        Fingerprint fingerprint = new Fingerprint();
        contents.forEach(sample -> fingerprint
                .add(sample.picture())
                .add("\n")
                .add(String.join("\n", sample.captions()))
                .add("\n"));
        return fingerprint.digits(LatentFiles.DIGITS);
    }

    /** Returns the shape of every sample's latents, {@code [C, h, w]}. */
    public long[] shape() {
        return files.shape(contents.getFirst().picture());
    }

    @Override
    public void close() {
        files.close();
    }
}
