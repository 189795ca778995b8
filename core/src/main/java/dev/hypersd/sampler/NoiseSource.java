package dev.hypersd.sampler;

import org.bytedeco.pytorch.Tensor;

/** A sequence of tensors of unit normal noise; drawing the same shapes in the same order gives the same noise. */
@FunctionalInterface
public interface NoiseSource {
    /** A source for plans that draw no noise: a call of it fails. */
    NoiseSource NONE = shape -> {
        throw new IllegalStateException("this step draws noise: give it a source of noise");
    };

    /** Returns the next noise, F32 of this shape. */
    Tensor next(long... shape);
}
