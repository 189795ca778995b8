/**
 * CaptionedImage pictures that are drawn here. The truth comes first: a {@link dev.hypersd.scene.content.Scene} says what is to be seen, then it is
 * drawn and put into words, so picture, caption and masks agree.
 */
@NullMarked
package dev.hypersd.scene;

import org.jspecify.annotations.NullMarked;
