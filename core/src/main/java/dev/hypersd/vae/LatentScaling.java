package dev.hypersd.vae;

import dev.hypersd.json.JsonObject;
import dev.hypersd.tensor.Tensors;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The scaling between an encoder's output and latents of about unit variance, channel by channel: {@code raw = latents
 * * deviation + mean}.
 */
public record LatentScaling(List<Double> deviation, List<Double> mean) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the lists differ in length or a deviation is not positive
     */
    public LatentScaling {
        deviation = List.copyOf(deviation);
        mean = List.copyOf(mean);
        if (deviation.size() != mean.size() || deviation.stream().anyMatch(d -> !(d > 0))) {
            throw new IllegalArgumentException("no scaling of latents: deviation " + deviation + ", mean " + mean);
        }
    }

    /**
     * Reads {@code scaling_factor} with {@code shift_factor}, or with {@code latents_mean} and {@code latents_std}
     * where the file has them.
     *
     * @param channels the channels of the latents
     * @param absent the factor of a file that has none
     */
    static LatentScaling from(JsonObject json, int channels, double absent) {
        double factor = json.number("scaling_factor", absent);
        if (!(factor > 0)) {
            throw json.invalid("scaling_factor", "must be positive, not " + factor);
        }
        List<Double> mean = perChannel(json, "latents_mean", json.number("shift_factor", 0), channels);
        List<Double> deviation = perChannel(json, "latents_std", 1, channels);
        if (deviation.stream().anyMatch(d -> !(d > 0))) {
            throw json.invalid("latents_std", "must be positive, not " + deviation);
        }
        return new LatentScaling(deviation.stream().map(d -> d / factor).toList(), mean);
    }

    private static List<Double> perChannel(JsonObject json, String key, double absent, int channels) {
        List<Double> values = json.numbers(key, Collections.nCopies(channels, absent));
        if (values.size() != channels) {
            throw json.invalid(key, "has " + values.size() + " entries for " + channels + " channels");
        }
        return values;
    }

    /** Scales the output of the encoder to latents. */
    Tensor normalise(Tensor raw) {
        return raw.sub(row(mean, raw)).div_(row(deviation, raw));
    }

    /** Scales latents to the input of the decoder. */
    Tensor restore(Tensor latents) {
        return latents.mul(row(deviation, latents)).add_(row(mean, latents));
    }

    /** Returns the values as {@code [1, C, 1, 1]}, in the type and on the device of {@code like}. */
    private static Tensor row(List<Double> values, Tensor like) {
        float[] row = new float[values.size()];
        IntStream.range(0, row.length).forEach(i -> row[i] = values.get(i).floatValue());
        return Tensors.of(row, 1, row.length, 1, 1).to(like.device(), like.scalar_type());
    }
}
