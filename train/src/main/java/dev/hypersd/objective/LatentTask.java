package dev.hypersd.objective;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * What all objectives that learn from encoded pictures do alike: they take latents and captions out of samples, drop
 * part of the captions, so that guidance without a classifier is possible (Ho and Salimans, 2022), and encode the rest.
 */
public final class LatentTask {
    private final LatentCache cache;
    private final Function<List<long[]>, Conditioning> conditioning;
    private final double captionDropout;
    private final long[] emptyCaption;

    /**
     * @param cache what is learned from
     * @param conditioning encodes captions, given as token ids that are all of one length
     * @param captionDropout the share of captions that are replaced by the empty one, 0 to 1
     * @param emptyCaption its token ids
     */
    LatentTask(
            LatentCache cache,
            Function<List<long[]>, Conditioning> conditioning,
            double captionDropout,
            long... emptyCaption) {
        this.cache = cache;
        this.conditioning = conditioning;
        this.captionDropout = captionDropout;
        this.emptyCaption = emptyCaption;
    }

    /** What is learned from. */
    public LatentCache samples() {
        return cache;
    }

    /** Returns the latents of {@code samples}, {@code [B, C, h, w]}. */
    public Tensor latents(List<LatentSample> samples) {
        return LatentSample.latents(samples, cache.shape());
    }

    /** Returns the token ids of the captions of {@code samples}, some of which are dropped. */
    public List<long[]> captions(List<LatentSample> samples, RandomSource random) {
        return samples.stream()
                .map(sample -> random.uniform() < captionDropout ? emptyCaption : sample.ids())
                .toList();
    }

    /** Returns the conditioning of captions. */
    public Conditioning conditioning(List<long[]> captions) {
        return conditioning.apply(captions);
    }

    /** Returns the conditioning of as many empty captions. */
    public Conditioning empty(int count) {
        return conditioning(Collections.nCopies(count, emptyCaption));
    }
}
