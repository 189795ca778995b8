package dev.hypersd.spark;

import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.TrainingListener;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * Trains as one rank of several. A stage whose rank has ended is started again by Spark as a whole, and continues from
 * the newest checkpoint.
 */
final class TrainTask extends AbstractFunction1<Iterator<Integer>, Iterator<String>> implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(TrainTask.class.getPackageName());

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
    TrainTask(String recipe, List<String> changes, boolean resume, boolean encodesOnly, Duration timeout) {
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
            Run run = new Run(Recipe.read(Path.of(recipe), changes), resume || isAgain, listeners, together);
            if (encodesOnly) {
                run.encode();
            } else {
                run.carryOut();
            }
            return CollectionConverters.asScala(List.of(run.result().toString()).iterator());
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
