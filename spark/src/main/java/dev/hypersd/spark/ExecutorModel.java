package dev.hypersd.spark;

import dev.hypersd.bulk.BatchDrawing;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.LazyPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.tensor.Engine;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The model of an executor: one pipeline for each process, which the tasks of the process share. It is loaded when the
 * first task draws, and closed when the process ends or, as soon as no task uses it, for another model.
 */
final class ExecutorModel {
    /**
     * The settings with which pictures are drawn, in the form in which the driver sends them to executors.
     *
     * @param arguments the options of {@code hypersd generate} for model and pictures
     * @param fingerprint the fingerprint of the model's files on the driver, which those of executors must equal; empty
     *     if the driver does not have them
     * @param batch the greatest number of pictures that are drawn at once
     */
    record Drawing(ArrayList<String> arguments, String fingerprint, int batch) implements Serializable {
        private static final long serialVersionUID = 1L;

        static Drawing of(List<String> arguments, String fingerprint, int batch) {
            return new Drawing(new ArrayList<>(arguments), fingerprint, batch);
        }
    }

    private static final System.Logger LOG = System.getLogger(ExecutorModel.class.getPackageName());

    /** The model of this process, if a task has asked for one. */
    private static Optional<ExecutorModel> present = Optional.empty();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ExecutorModel::closePresent, "hypersd-spark-close"));
    }

    private final List<String> arguments;
    private final DrawingArguments parsed;
    private final ModelSource source;
    private final String fingerprint;
    private final LazyPipeline pipeline;
    private final Set<String> warned = new HashSet<>();

    /** The number of tasks that use it. */
    private int users;

    private ExecutorModel(Drawing drawing) {
        this.arguments = drawing.arguments();
        this.parsed = DrawingArguments.parse(drawing.arguments());
        this.source = parsed.source();
        this.fingerprint = PictureFingerprint.of(source);
        if (!drawing.fingerprint().isEmpty() && !drawing.fingerprint().equals(fingerprint)) {
            throw new HyperSdException(
                    ("the files of %s on this executor are others than those of the driver (fingerprints %s and %s):"
                                    + " copy the model to the same path on all machines")
                            .formatted(source.location(), fingerprint, drawing.fingerprint()));
        }
        this.pipeline = new LazyPipeline(source);
    }

    /**
     * Returns the model that {@code drawing} names for the running task, and keeps it until the task ends.
     *
     * @throws HyperSdException if its files are missing here or are others than the driver's, tasks with another model
     *     are running in this process, or the memory of the executor is too small for it
     */
    static synchronized ExecutorModel lease(Drawing drawing) {
        TaskContext task = TaskContext.get();
        if (present.filter(model -> model.isThatOf(drawing)).isEmpty()) {
            if (present.filter(model -> model.users > 0).isPresent()) {
                throw new HyperSdException(
                        "this executor draws with another model at the same time: run one after the other, or one task"
                                + " in each executor (spark.task.cpus = spark.executor.cores)");
            }
            closePresent();
            Engine.useThreads(task == null ? 1 : task.cpus());
            present = Optional.of(new ExecutorModel(drawing));
        }
        ExecutorModel model = present.orElseThrow();
        if (task != null) {
            model.users++;
            task.addTaskCompletionListener((TaskCompletionListener) _ -> model.release());
        }
        return model;
    }

    /** Returns whether this is the model of {@code drawing}, with the files that the driver has now. */
    private boolean isThatOf(Drawing drawing) {
        return arguments.equals(drawing.arguments())
                && (drawing.fingerprint().isEmpty() || drawing.fingerprint().equals(fingerprint));
    }

    private void release() {
        synchronized (ExecutorModel.class) {
            users--;
        }
    }

    private static synchronized void closePresent() {
        present.ifPresent(model -> model.pipeline.close());
        present = Optional.empty();
    }

    /** Returns what draws with this model. */
    BatchDrawing drawing(int batch) {
        return new BatchDrawing(
                options -> parsed.resolve(options, source), fingerprint, () -> pipeline(batch), batch, this::warn);
    }

    /** Returns the options that all pictures share. */
    DrawingArguments arguments() {
        return parsed;
    }

    private DiffusionPipeline pipeline(int batch) {
        synchronized (pipeline) {
            SparkEnv environment = SparkEnv.get();
            if (environment != null) {
                SparkConf conf = environment.conf();
                ExecutorMemory.of(conf).require(source, batch);
            }
            return pipeline.get();
        }
    }

    private synchronized void warn(String sentence) {
        if (warned.add(sentence)) {
            LOG.log(System.Logger.Level.WARNING, sentence);
        }
    }
}
