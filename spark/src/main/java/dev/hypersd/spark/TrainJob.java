package dev.hypersd.spark;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.recipe.Recipe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Trains by a recipe on several executors at once.
 *
 * @param recipe the file of the recipe; it, its data and its output folder are at paths that all machines see
 * @param changes changes of the recipe of the form {@code path.to.key=value}
 * @param resume whether to continue from the newest checkpoint, if there is one
 * @param encodesOnly whether it ends when pictures and captions are encoded, which the workers divide
 * @param workers the number of ranks, each in a task of its own
 * @param timeout how long a rank waits for the others in a step
 */
record TrainJob(Path recipe, List<String> changes, boolean resume, boolean encodesOnly, int workers, Duration timeout) {
    /** Trains to the end and returns the folder of the result. */
    Path run(JavaSparkContext spark) {
        if (workers < 1) {
            throw new InvalidRequestException("--workers must be at least 1, not " + workers);
        }
        // What is wrong with the recipe is said before any task begins.
        Recipe read = Recipe.read(recipe, changes);
        if (!encodesOnly) {
            read.training().requireShared(workers);
        }
        JavaRDD<Integer> ranks =
                spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
        ClassTag<String> texts = ClassTag$.MODULE$.apply(String.class);
        TrainTask task = new TrainTask(recipe.toString(), changes, resume, encodesOnly, timeout);
        try {
            // Spark starts a barrier stage again only if another stage follows it.
            return Path.of(JavaRDD.fromRDD(ranks.rdd().barrier().mapPartitions(task, false, texts), texts)
                    .repartition(1)
                    .collect()
                    .getFirst());
        } catch (Exception e) {
            // Spark throws a checked exception that its methods do not declare.
            throw Causes.sentence(encodesOnly ? "encoding" : "training", e);
        }
    }
}
