package dev.hypersd.recipe;

import dev.hypersd.data.Buckets;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.DatasetFindings;
import dev.hypersd.data.JoinedDataset;
import dev.hypersd.data.Masks;
import dev.hypersd.data.Origin;
import dev.hypersd.data.SkippingDataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.scene.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The keys {@code data.folder}, {@code data.webdataset} and {@code data.sources}: pictures of the user, cropped to
 * squares or to sizes of about their shapes. Broken ones are replaced by others of the same source, training pictures
 * by training pictures and validation pictures by validation pictures.
 *
 * @param sources at least one
 * @param buckets the sizes to which pictures are cut
 * @param heldOut the number of pictures that are used for validation, from the ends of all sources in proportion; if
 *     empty, one percent
 */
record OwnPictures(List<DataSource> sources, int pixels, Buckets buckets, OptionalInt heldOut) implements DataSection {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");
    private static final int ONE_IN = 100;

    OwnPictures {
        sources = List.copyOf(sources);
    }

    @Override
    public boolean hasMasks() {
        return sources.stream().anyMatch(source -> source.manner().masks() != Masks.NONE);
    }

    @Override
    public Parts open() {
        DatasetFindings findings = new DatasetFindings(sentence -> LOG.log(System.Logger.Level.WARNING, sentence));
        List<DataSource> learned = sources.stream()
                .filter(source -> source.regularisation().isEmpty())
                .toList();
        List<Dataset<CaptionedImage>> opened = new ArrayList<>();
        learned.forEach(source -> opened.add(source.open(findings)));
        long[] last = heldOut(opened.stream().mapToLong(Dataset::size).toArray());
        List<Dataset<CaptionedImage>> training = new ArrayList<>();
        List<Dataset<CaptionedImage>> validation = new ArrayList<>();
        for (int i = 0; i < last.length; i++) {
            DataSource source = learned.get(i);
            Dataset<CaptionedImage> all = opened.get(i);
            long first = all.size() - last[i];
            training.add(repeated(findings.watch(all.part(0, first)), source));
            if (last[i] > 0) {
                validation.add(prepared(findings.watch(all.part(first, last[i])), source));
            }
        }
        regularisation(new JoinedDataset<>(training).size(), findings).ifPresent(training::add);
        return new Parts(new JoinedDataset<>(training), new JoinedDataset<>(validation));
    }

    /**
     * Returns as many pictures for regularisation as there are others in an epoch.
     *
     * @param count the number of the others, with their repeats
     */
    private Optional<Dataset<CaptionedImage>> regularisation(long count, DatasetFindings findings) {
        List<Dataset<CaptionedImage>> all = sources.stream()
                .filter(source -> source.regularisation().isPresent())
                .map(source -> repeated(findings.watch(source.open(findings)), source))
                .toList();
        if (all.isEmpty()) {
            return Optional.empty();
        }
        Dataset<CaptionedImage> joined = new JoinedDataset<>(all);
        if (joined.size() > count) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} of {1} pictures for regularisation are not used, since an epoch has as many of them as of"
                            + " others, which are {2}; raise the repeats of the others to use more",
                    joined.size() - count,
                    joined.size(),
                    count);
        }
        return Optional.of(joined.cycled(count));
    }

    private Dataset<CaptionedImage> repeated(Dataset<CaptionedImage> part, DataSource source) {
        return prepared(part, source).cycled(part.size() * source.repeats());
    }

    /**
     * Returns how many pictures of each source are held out: in proportion to its size, and never all of them.
     *
     * @param sizes the number of pictures of each source
     */
    private long[] heldOut(long... sizes) {
        long all = 0;
        for (long size : sizes) {
            all += size;
        }
        long wanted = heldOut.orElse((int) Math.max(all / ONE_IN, 1));
        if (wanted >= all) {
            throw new InvalidRequestException(
                    ("%d of %d pictures are held out, which leaves none to train on; lower data.held_out or"
                                    + " add pictures")
                            .formatted(wanted, all));
        }
        long[] shares = new long[sizes.length];
        long before = 0;
        long given = 0;
        for (int i = 0; i < sizes.length; i++) {
            before += sizes[i];
            long share = (2 * wanted * before + all) / (2 * all) - given; // Rounded, so that the sum is what is wanted.
            shares[i] = Math.min(share, sizes[i] - 1);
            given += shares[i];
        }
        if (given == 0) {
            throw new InvalidRequestException(
                    "every source has a single picture, which leaves none to hold out; add pictures");
        }
        return shares;
    }

    @Override
    public Optional<Dataset<Sample>> scenes() {
        return Optional.empty();
    }

    private Dataset<CaptionedImage> prepared(Dataset<CaptionedImage> part, DataSource source) {
        DataSource.Manner manner = source.manner();
        String view = buckets.sizes().size() == 1 ? "square of %d".formatted(pixels) : buckets.toString();
        Dataset<CaptionedImage> cut = new SkippingDataset<>(part).map(view, sample -> CentreCrop.of(sample, buckets));
        return manner.wording()
                .in(cut)
                .used(new Origin.Use(manner.flip(), source.regularisation().orElse(1)));
    }
}
