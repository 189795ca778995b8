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
 * The steps that all objectives on encoded pictures share: they take latents and captions from samples, drop some of
 * the captions, which classifier-free guidance requires (Ho and Salimans, 2022), and return the conditioning of the
 * rest.
 */
public final class LatentTask {
    private final LatentCache cache;
    private final Function<List<long[]>, Conditioning> conditioning;
    private final double captionDropout;
    private final long[] emptyCaption;

    /**
     * Creates the task.
     *
     * @param cache the training samples
     * @param conditioning encodes captions, given as token ids that are all of one length
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
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

    /** Returns the training samples. */
    public LatentCache samples() {
        return cache;
    }

    /** Returns the latents of {@code samples}, {@code [B, C, h, w]}. */
    public Tensor latents(List<LatentSample> samples) {
        return LatentSample.latents(samples, cache.shape());
    }

    /** Returns the token ids of the captions of {@code samples}, of which some are dropped at random. */
    public List<long[]> captions(List<LatentSample> samples, RandomSource random) {
        return samples.stream()
                .map(sample -> random.uniform() < captionDropout ? emptyCaption : sample.ids())
                .toList();
    }

    /** Returns the conditioning of captions. */
    public Conditioning conditioning(List<long[]> captions) {
        return conditioning.apply(captions);
    }

    /** Returns the conditioning of {@code count} empty captions. */
    public Conditioning empty(int count) {
        return conditioning(Collections.nCopies(count, emptyCaption));
    }
}
