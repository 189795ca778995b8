/**
 * Networks on a convolutional {@link dev.hypersd.judge.detection.Backbone} that find the objects in a picture.
 *
 * <p>The attribute reader finds objects with kind, colour, size and place, the background and the style. Objects are
 * peaks of one heatmap for each kind, as in CenterNet (Zhou et al., 2019), so that equal ones can be counted. The
 * segmenter finds objects with their masks, as SOLO does (Wang et al., 2020): every cell of a grid predicts the object
 * whose centre it contains, and a filter that draws the object's mask from features that all cells share. The features
 * of a backbone also give a perceptual distance.
 */
@NullMarked
package dev.hypersd.judge.detection;

import org.jspecify.annotations.NullMarked;
