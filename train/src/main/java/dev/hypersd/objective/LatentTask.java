package dev.hypersd.objective;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The steps that all objectives on encoded pictures share: they take latents and captions from samples, drop some of
 * the captions, which classifier-free guidance requires (Ho and Salimans, 2022), and return the conditioning of the
 * rest.
 */
public final class LatentTask {
    /** Encodes captions and the framings of their pictures. */
    @FunctionalInterface
    interface Captioning {
        /**
         * Returns the conditioning.
         *
         * @param captions token ids, all of one length
         * @param framings as many
         */
        Conditioning of(List<long[]> captions, List<Framing> framings);
    }

    private final LatentCache cache;
    private final Captioning conditioning;
    private final double captionDropout;
    private final long[] emptyCaption;

    /**
     * Creates the task.
     *
     * @param cache the training samples
     * @param conditioning encodes captions and framings
     * @param captionDropout the fraction of captions that are replaced by the empty one, 0 to 1
     * @param emptyCaption its token ids
     */
    LatentTask(LatentCache cache, Captioning conditioning, double captionDropout, long... emptyCaption) {
        this.cache = cache;
        this.conditioning = conditioning;
        this.captionDropout = captionDropout;
        this.emptyCaption = emptyCaption;
    }

    /** Returns the training samples. */
    public LatentCache samples() {
        return cache;
    }

    /** Returns the latents of {@code samples}, which are of one shape, {@code [B, C, h, w]}. */
    public Tensor latents(List<LatentSample> samples) {
        return LatentSample.latents(samples);
    }

    /** Returns the token ids of the captions of {@code samples}, of which some are dropped at random. */
    public List<long[]> captions(List<LatentSample> samples, RandomSource random) {
        return samples.stream()
                .map(sample -> random.uniform() < captionDropout ? emptyCaption : sample.ids())
                .toList();
    }

    /**
     * Returns the conditioning of captions.
     *
     * @param captions token ids
     * @param framings those of their pictures
     */
    public Conditioning conditioning(List<long[]> captions, List<Framing> framings) {
        return conditioning.of(captions, framings);
    }

    /** Returns the conditioning of empty captions for pictures with these framings. */
    public Conditioning empty(List<Framing> framings) {
        return conditioning(Collections.nCopies(framings.size(), emptyCaption), framings);
    }
}
