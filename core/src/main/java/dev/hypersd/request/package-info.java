/**
 * What is to be drawn, as data: an {@link dev.hypersd.request.ImageRequest} has everything that decides pictures
 * besides the model.
 *
 * <p>Nothing here opens a model or knows the tensor engine. Values check themselves when they are made.
 */
@NullMarked
package dev.hypersd.request;

import org.jspecify.annotations.NullMarked;
