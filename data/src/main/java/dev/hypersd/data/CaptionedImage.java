package dev.hypersd.data;

import dev.hypersd.image.Image;

/** A picture and what it shows. */
public record CaptionedImage(Image image, String caption) {}
