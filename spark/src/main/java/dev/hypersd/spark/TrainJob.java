package dev.hypersd.spark;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.FolderLock;
import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.TrainingListener;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

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
    /**
     * Trains to the end and returns the folder of the result.
     *
     * @param news receives a sentence for each attempt that fails; Spark starts the next one
     */
    Path run(JavaSparkContext spark, Consumer<String> news) {
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
        Task task = new Task(recipe.toString(), changes, resume, encodesOnly, timeout);
        Attempts attempts = new Attempts(news);
        spark.sc().addSparkListener(attempts);
        try {
            // Spark starts a barrier stage again only if another stage follows it.
            return Path.of(JavaRDD.fromRDD(ranks.rdd().barrier().mapPartitions(task, false, texts), texts)
                    .repartition(1)
                    .collect()
                    .getFirst());
        } catch (Exception e) {
            // Spark throws a checked exception that its methods do not declare.
            throw Session.failure(encodesOnly ? "encoding" : "training", e);
        } finally {
            spark.sc().removeSparkListener(attempts);
        }
    }

    /** Tells why an attempt has failed. */
    private static final class Attempts extends SparkListener {
        private final Consumer<String> news;

        private Attempts(Consumer<String> news) {
            this.news = news;
        }

        @Override
        public void onStageCompleted(SparkListenerStageCompleted completed) {
            StageInfo stage = completed.stageInfo();
            if (stage.failureReason().isDefined()) {
                news.accept("attempt %d has failed: %s"
                        .formatted(
                                stage.attemptNumber() + 1,
                                Session.sentence(stage.failureReason().get())));
            }
        }
    }

    /**
     * Trains as one rank of several. A stage whose rank has ended is started again by Spark as a whole, and continues
     * from the newest checkpoint.
     */
    private static final class Task extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
            implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final long MILLISECONDS_BETWEEN = 500;
        private static final System.Logger LOG = System.getLogger(TrainJob.class.getPackageName());

        private final String recipe;
        private final ArrayList<String> changes;
        private final boolean resume;
        private final boolean encodesOnly;
        private final Duration timeout;

        /**
         * Creates the task.
         *
         * @param resume whether the first attempt may continue a run that exists
         * @param encodesOnly whether it ends when pictures and captions are encoded
         */
        Task(String recipe, List<String> changes, boolean resume, boolean encodesOnly, Duration timeout) {
            this.recipe = recipe;
            this.changes = new ArrayList<>(changes);
            this.resume = resume;
            this.encodesOnly = encodesOnly;
            this.timeout = timeout;
        }

        @Override
        public Iterator<String> apply(Iterator<Integer> ranks) {
            BarrierTaskContext context = BarrierTaskContext.get();
            Engine.useThreads(context.cpus());
            boolean isAgain = context.stageAttemptNumber() > 0;
            try (GlooRanks together = new GlooRanks(context, timeout)) {
                List<TrainingListener> listeners = together.isFirst() ? List.of(new Log()) : List.of();
                Recipe read = Recipe.read(Path.of(recipe), changes);
                if (isAgain && together.isFirst()) {
                    awaitFree(read.output());
                }
                Run run = new Run(read, resume || isAgain, listeners, together);
                if (encodesOnly) {
                    run.encode();
                } else {
                    run.carryOut();
                }
                return CollectionConverters.asScala(
                        List.of(run.result().toString()).iterator());
            }
        }

        /** Waits until the first worker of the attempt before, which may be stalled, has let go of the folder. */
        private void awaitFree(Path output) {
            long end = System.nanoTime() + timeout.toNanos();
            while (FolderLock.isHeld(output) && System.nanoTime() < end) {
                try {
                    Thread.sleep(MILLISECONDS_BETWEEN);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        /** Tells the log of the first executor how the training proceeds. */
        private static final class Log implements TrainingListener {
            @Override
            public void started(long done, long steps) {
                LOG.log(System.Logger.Level.INFO, "training from step {0} to {1}", done, steps);
            }

            @Override
            public void saved(long step) {
                LOG.log(System.Logger.Level.INFO, "checkpoint of step {0}", step);
            }
        }
    }
}
