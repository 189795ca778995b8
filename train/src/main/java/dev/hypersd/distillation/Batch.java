package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.LatentTask;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The samples of a distillation step, encoded as tensors.
 *
 * @param samples the encoded pictures with their captions
 * @param latents the latents of the pictures, {@code [B, C, h, w]}
 * @param text the conditioning of the captions
 * @param empty the conditioning of as many empty captions, for guidance
 * @param captions token ids, empty ones where a caption was dropped
 * @param step the training step, counted from 1
 * @param drawn the latents that were drawn for the captions
 */
record Batch(
        List<LatentSample> samples,
        Tensor latents,
        Conditioning text,
        Conditioning empty,
        List<long[]> captions,
        long step,
        Map<Rollout, Rollout.Drawn> drawn) {
    Batch(
            List<LatentSample> samples,
            Tensor latents,
            Conditioning text,
            Conditioning empty,
            List<long[]> captions,
            long step) {
        this(samples, latents, text, empty, captions, step, new HashMap<>());
    }

    static Batch of(LatentTask task, List<LatentSample> samples, long step, RandomSource random) {
        List<long[]> captions = task.captions(samples, random);
        return new Batch(
                samples,
                task.latents(samples),
                task.conditioning(captions, LatentSample.framings(samples)),
                task.empty(LatentSample.framings(samples)),
                captions,
                step);
    }

    int size() {
        return samples.size();
    }

    /** Returns one timestep for every sample of the batch. */
    int[] all(int timestep) {
        int[] all = new int[size()];
        Arrays.fill(all, timestep);
        return all;
    }

    /** Returns the samples from {@code first} to before {@code end}. */
    Batch part(int first, int end) {
        int count = end - first;
        return new Batch(
                samples.subList(first, end),
                latents.narrow(0, first, count),
                text.rows(first, count),
                empty.rows(first, count),
                captions.subList(first, end),
                step);
    }

    /**
     * Returns latents that the student draws for the captions. They are drawn once: losses that take them in the same
     * way get the same ones, and the student's pass is shared.
     */
    Rollout.Drawn drawn(Rollout rollout, RandomSource random) {
        Rollout.Drawn known = drawn.get(rollout);
        if (known == null) {
            known = rollout.draw(this, random);
            drawn.put(rollout, known);
        }
        return known;
    }
}
