/**
 * Requests and options as data: an {@link dev.hypersd.request.ImageRequest} has everything that determines pictures,
 * except the model.
 *
 * <p>Nothing here opens a model or uses the tensor engine. Values are checked when they are made.
 */
@NullMarked
package dev.hypersd.request;

import org.jspecify.annotations.NullMarked;
