package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;

/** The connection of a command to Spark, with the settings that suit it where the user has made none. */
final class Session {
    private static final Pattern OURS = Pattern.compile("dev\\.hypersd\\.[\\w.]+Exception: (.*)");

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

    /**
     * Returns an exception that says why {@code what} failed, and that the same command continues it. Spark reports the
     * failure of a job with the traces of all machines, in which the sentence of the cause is found.
     */
    static HyperSdException failure(String what, Exception failure) {
        if (failure instanceof HyperSdException known) {
            return known;
        }
        List<String> texts = Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
                .map(cause -> String.valueOf(cause.getMessage()))
                .toList();
        String reason = texts.stream()
                .flatMap(text -> ours(text).stream())
                .findFirst()
                // The outer ones only say that there is an inner one.
                .orElseGet(() -> texts.getLast().lines().findFirst().orElse(""));
        return new HyperSdException(
                "%s failed on the cluster: %s (the same command continues it)".formatted(what, reason), failure);
    }

    /** Returns the sentence of the cause in what Spark says of a failure, or if there is none, its first lines. */
    static String sentence(String text) {
        return ours(text).orElseGet(() -> text.lines().limit(2).collect(Collectors.joining(" ")));
    }

    private static Optional<String> ours(String text) {
        return OURS.matcher(text).results().map(found -> found.group(1)).findFirst();
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
