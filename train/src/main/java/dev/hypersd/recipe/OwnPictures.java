package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.SkippingDataset;
import dev.hypersd.error.InvalidRequestException;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * {@code data.folder} and {@code data.webdataset}: pictures of the user, cut to squares. Broken ones are replaced, training pictures by training pictures and held-out
 * ones by held-out ones.
 *
 * @param source opens the data set
 * @param heldOut how many at its end nothing learns from; absent for one in a hundred
 */
record OwnPictures(Supplier<? extends Dataset<CaptionedImage>> source, int pixels, OptionalInt heldOut)
        implements DataSection {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");
    private static final int ONE_IN = 100;

    @Override
    public Parts open() {
        Dataset<CaptionedImage> all = source.get();
        long last = heldOut.orElse((int) Math.max(all.size() / ONE_IN, 1));
        long first = all.size() - last;
        if (first < 1) {
            throw new InvalidRequestException(
                    "%d of %d pictures are held out, which leaves none to learn from; lower data.held_out or add pictures"
                            .formatted(last, all.size()));
        }
        return new Parts(prepared(all.part(0, first)), prepared(all.part(first, last)));
    }

    private Dataset<CaptionedImage> prepared(Dataset<CaptionedImage> part) {
        return new SkippingDataset<>(part, OwnPictures::warn)
                .map(sample -> new CaptionedImage(CentreCrop.of(sample.image(), pixels), sample.caption()));
    }

    private static void warn(String reason, long soFar) {
        LOG.log(
                System.Logger.Level.WARNING,
                "{0}; the next sample takes its place (broken so far: {1})",
                reason,
                soFar);
    }
}
