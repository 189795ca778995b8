/**
 * Drawing, encoding, evaluation and training on the machines of an Apache Spark cluster.
 *
 * <p>Begin with {@link dev.hypersd.spark.TextToImage}, a transformer of Spark ML, or with the command in {@link
 * dev.hypersd.spark.Main}.
 */
@NullMarked
package dev.hypersd.spark;

import org.jspecify.annotations.NullMarked;
