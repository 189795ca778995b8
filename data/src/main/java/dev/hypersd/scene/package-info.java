/**
 * Captioned pictures that this project draws itself. A {@link dev.hypersd.scene.content.Scene} describes what is to be
 * seen; the picture is drawn from it and the caption written from it, so that picture, caption and masks agree.
 */
@NullMarked
package dev.hypersd.scene;

import org.jspecify.annotations.NullMarked;
