package dev.hypersd.degradation;

import dev.hypersd.image.Image;

/**
 * A picture with its caption, and each of them once worse than it could be.
 *
 * @param degraded the picture after a {@link Degradation}
 * @param wrong the caption with a {@link CaptionError}
 */
public record PreferencePair(Image image, String caption, Image degraded, String wrong) {}
