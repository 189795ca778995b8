package dev.hypersd.sampler;

import org.bytedeco.pytorch.Tensor;

/** Hands out tensors of unit normal noise, one after another; whoever draws in the same order gets the same noise. */
@FunctionalInterface
public interface NoiseSource {
    /** For steps that draw nothing: asking it for noise is an error. */
    NoiseSource NONE = shape -> {
        throw new IllegalStateException("this step draws noise: give it a source of noise");
    };

    /** Returns the next tensor of noise, F32 of this shape. */
    Tensor next(long... shape);
}
