package dev.hypersd.evaluation;

import dev.hypersd.metric.FeatureStatistics;
import java.util.List;

/** Computes the mean and the covariance of feature vectors, in this process or on other machines. */
@FunctionalInterface
public interface Statistics {
    /** Computes them in this process. */
    Statistics HERE = FeatureStatistics::of;

    /** Returns the statistics of {@code vectors}, of which there are at least two. */
    FeatureStatistics of(List<double[]> vectors);
}
