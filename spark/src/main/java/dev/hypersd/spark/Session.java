package dev.hypersd.spark;

import java.util.function.Function;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/** The connection of a command to Spark, with the settings that suit it where the user has made none. */
final class Session {
    private Session() {}

    /**
     * Runs {@code work} with a connection of its own, or with the one that is open. Without a cluster, that is without
     * {@code spark.master}, it runs in this process on all cores, one task at a time.
     *
     * @param excludes whether tasks that fail on one executor are tried on others: a machine without the model, or with
     *     a full disk, then does not fail the job while others work
     */
    static <T> T with(String name, boolean excludes, Function<JavaSparkContext, T> work) {
        SparkConf conf = settings(name).setIfMissing("spark.excludeOnFailure.enabled", Boolean.toString(excludes));
        try (JavaSparkContext spark = new JavaSparkContext(SparkContext.getOrCreate(conf))) {
            return work.apply(spark);
        }
    }

    private static SparkConf settings(String name) {
        String cores = Integer.toString(Runtime.getRuntime().availableProcessors());
        SparkConf conf = new SparkConf().setAppName(name);
        if (!conf.contains("spark.master")) {
            conf.setMaster("local[%s]".formatted(cores)).set("spark.task.cpus", cores);
        }
        // Where no executor can do a task, the job fails soon, and not after two minutes.
        return conf.setIfMissing("spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout", "10s");
    }
}
