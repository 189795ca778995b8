package dev.hypersd.data;

import dev.hypersd.image.Image;

/** A picture and its caption. */
public record CaptionedImage(Image image, String caption) {}
