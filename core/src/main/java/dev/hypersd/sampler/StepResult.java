package dev.hypersd.sampler;

import org.bytedeco.pytorch.Tensor;

/**
 * What a step leads to.
 *
 * @param x the sample at the next noise level
 * @param x0 the image as this step sees it, for previews and for losses on images
 * @param state to be given to the next step
 */
public record StepResult(Tensor x, Tensor x0, State state) {}
