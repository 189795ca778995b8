package dev.hypersd.latents;

import dev.hypersd.data.BrokenSampleException;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.data.Origin.Contents;
import dev.hypersd.data.Origin.Use;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.latents.LatentCache.Encoder;
import dev.hypersd.latents.LatentCache.Entry;
import dev.hypersd.latents.LatentCache.Listener;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** Finds the samples of a data set whose pictures have no latents in the files of a folder, and encodes them. */
record LatentEncoding(Dataset<CaptionedImage> samples, Encoder encoder, LatentFiles files, KnownContents known) {
    /** The most samples whose pictures are in a file, and so the most that are encoded again after an interruption. */
    private static final int SHARD = 256;

    private static final int BATCH = 32;

    /** Encodes what is missing, and returns all samples. */
    List<Entry> complete(Listener listener) {
        List<Entry> entries = new ArrayList<>();
        LongStream.range(0, samples.size()).parallel().mapToObj(this::entry).forEachOrdered(entries::add);
        dropMadeOtherwise(entries);
        List<Long> missing = missing(entries);
        listener.await(); // All have seen the same files, and divide the same list.
        encode(entries, missing, listener::makes, listener);
        listener.await();
        files.mapNew();
        // What was taken for a readable sample may have turned out to be broken, and another one takes its place.
        for (List<Long> rest = missing(entries); !rest.isEmpty(); rest = missing(entries)) {
            encode(entries, rest, _ -> true, listener);
        }
        return List.copyOf(entries);
    }

    /** Returns a sample. Its content is read only if it is not known. */
    private Entry entry(long number) {
        return samples.origin(number)
                .map(origin -> known.of(origin)
                        .map(contents -> new Entry(contents, origin.use()))
                        .orElseGet(() -> read(number, origin)))
                .orElseGet(() -> decoded(number));
    }

    private Entry read(long number, Origin origin) {
        try {
            return new Entry(known.read(origin), origin.use());
        } catch (BrokenSampleException e) {
            samples.get(number); // Finds the sample that takes its place.
            Origin other = samples.origin(number).orElseThrow();
            return new Entry(known.read(other), other.use());
        }
    }

    private Entry decoded(long number) {
        CaptionedImage sample = samples.get(number);
        return new Entry(new Contents(pixels(sample), sample.captions()), Use.PLAIN);
    }

    /** Returns a hash of the pixels of a sample. */
    private static String pixels(CaptionedImage sample) {
        Fingerprint fingerprint = new Fingerprint()
                .add(sample.image().toString())
                .add(ByteBuffer.wrap(sample.image().rgb()));
        sample.mask().ifPresent(mask -> fingerprint.add(ByteBuffer.wrap(mask.rgb())));
        return fingerprint.digits(LatentFiles.DIGITS);
    }

    /** Drops files of pictures that this program draws or decodes in another way today. */
    private void dropMadeOtherwise(List<Entry> entries) {
        for (int number = 0; number < entries.size(); number++) {
            List<String> pictures = entries.get(number).pictures();
            for (int form = 0; form < pictures.size(); form++) {
                if (files.isFirst(pictures.get(form))) {
                    files.compare(pictures.get(form), pixels(form(samples.get(number), form)));
                }
            }
        }
    }

    /** Returns the numbers of the first samples of all pictures without latents. */
    private List<Long> missing(List<Entry> entries) {
        Set<String> missing = new HashSet<>();
        Set<Long> numbers = new LinkedHashSet<>();
        for (int number = 0; number < entries.size(); number++) {
            for (String picture : entries.get(number).pictures()) {
                if (!files.has(picture) && missing.add(picture)) {
                    numbers.add((long) number);
                }
            }
        }
        return List.copyOf(numbers);
    }

    private void encode(List<Entry> entries, List<Long> numbers, LongPredicate makes, Listener listener) {
        for (int first = 0; first < numbers.size(); first += SHARD) {
            if (makes.test(first / SHARD)) {
                List<Long> some = numbers.subList(first, Math.min(first + SHARD, numbers.size()));
                long before = first;
                encode(some, done -> listener.progressed(before + done, numbers.size()));
                some.forEach(number -> entries.set(number.intValue(), entry(number)));
            }
        }
    }

    /**
     * Encodes the pictures of some samples into new files, one for each of their sizes.
     *
     * @param progress receives how many of the samples are done
     */
    private void encode(List<Long> numbers, LongConsumer progress) {
        Set<String> taken = new HashSet<>();
        Map<Size, NewShard> shards = new LinkedHashMap<>();
        for (int first = 0; first < numbers.size(); first += BATCH) {
            List<Long> some = numbers.subList(first, Math.min(first + BATCH, numbers.size()));
            List<CaptionedImage> read =
                    some.stream().parallel().map(samples::get).toList();
            Map<Size, SequencedMap<String, CaptionedImage>> batches = new LinkedHashMap<>();
            for (int i = 0; i < read.size(); i++) {
                // Reading has shown whether it is broken, and another one takes its place.
                List<String> pictures = entry(some.get(i)).pictures();
                for (int form = 0; form < pictures.size(); form++) {
                    if (!files.has(pictures.get(form)) && taken.add(pictures.get(form))) {
                        CaptionedImage image = form(read.get(i), form);
                        batches.computeIfAbsent(Size.of(image), _ -> new LinkedHashMap<>())
                                .put(pictures.get(form), image);
                    }
                }
            }
            batches.forEach((size, batch) -> shards.computeIfAbsent(
                            size, _ -> new NewShard(pixels(batch.firstEntry().getValue())))
                    .add(batch, encoder));
            progress.accept(first + some.size());
        }
        shards.values().forEach(files::publish);
    }

    /** The size of a picture in pixels, which decides with which others it is encoded. */
    private record Size(int width, int height) {
        static Size of(CaptionedImage sample) {
            return new Size(sample.image().width(), sample.image().height());
        }
    }

    /** Returns a form of a sample: itself, or its mirror image. */
    private static CaptionedImage form(CaptionedImage sample, int form) {
        return form == 0 ? sample : sample.mirrored();
    }
}
