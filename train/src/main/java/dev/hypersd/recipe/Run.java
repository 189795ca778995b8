package dev.hypersd.recipe;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.FolderLock;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Objective;
import dev.hypersd.training.Ranks;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run of a recipe in its folder, which gets {@code checkpoints}, {@code log.jsonl}, {@code samples}, {@code
 * tensorboard}, and at the end the result in {@code model}.
 */
public final class Run {
    private final Recipe recipe;
    private final boolean resume;
    private final List<TrainingListener> listeners;
    private final Ranks ranks;
    private final boolean allowed;
    private volatile @Nullable Trainer<?> trainer;
    private volatile boolean stopping;

    /**
     * Creates the run.
     *
     * @param resume whether to continue from the newest checkpoint, if there is one
     * @param listeners receive the events of the run, in addition to the log
     */
    public Run(Recipe recipe, boolean resume, List<TrainingListener> listeners) {
        this(recipe, resume, listeners, Ranks.ALONE, false);
    }

    /**
     * Creates the part of one rank in a run, whose folder all ranks see.
     *
     * @param ranks the processes that train together; the first one writes all files
     */
    public Run(Recipe recipe, boolean resume, List<TrainingListener> listeners, Ranks ranks) {
        this(recipe, resume, listeners, ranks, false);
    }

    /**
     * Creates the run, or the part of one rank in it.
     *
     * @param allowed whether the run may continue with another batch, number of micro-batches or precision, or with
     *     more pictures, though it is then no longer that of one recipe
     */
    public Run(Recipe recipe, boolean resume, List<TrainingListener> listeners, Ranks ranks, boolean allowed) {
        this.recipe = recipe;
        this.resume = resume;
        this.listeners = List.copyOf(listeners);
        this.ranks = ranks;
        this.allowed = allowed;
    }

    /** Returns the folder of the result, which is written after the last step. */
    public Path result() {
        return recipe.output().resolve("model");
    }

    /**
     * Trains until the last step or until {@link #stop}.
     *
     * @return whether the last step was completed and the result written
     * @throws InvalidRequestException if the folder has checkpoints and the run is not to resume them; if another run
     *     is training into it; or if recipe or data differ from those of the run in a way that would falsify it
     */
    public boolean carryOut() {
        Checkpoints checkpoints = new Checkpoints(folder("checkpoints"), recipe.keep());
        if (!resume && checkpoints.latest().isPresent()) {
            throw new InvalidRequestException(
                    "%s has a run already, at step %d; continue it with --resume, or name another output"
                            .formatted(recipe.output(), checkpoints.latest().getAsLong()));
        }
        if (!ranks.isFirst()) {
            Continuation continuation = Continuation.of(recipe, checkpoints, allowed);
            try (Objective<?> objective = open()) {
                return train(objective, continuation.with(objective).checkpoints(), listeners);
            }
        }
        try (FolderLock _ = FolderLock.of(recipe.output())) {
            Continuation continuation = Continuation.of(recipe, checkpoints, allowed);
            try (Objective<?> objective = open()) {
                Continuation whole = continuation.with(objective);
                whole.write();
                return train(objective, whole);
            }
        }
    }

    /** Makes what training reads, such as encoded pictures and captions, where it does not exist, and ends. */
    public void encode() {
        open().close();
    }

    /** Opens the objective. The ranks divide the files of encoded pictures among themselves. */
    private Objective<?> open() {
        return recipe.objective().open(new LatentCache.Listener() {
            @Override
            public void progressed(long done, long total) {
                listeners.forEach(listener -> listener.encoded(done, total));
            }

            @Override
            public boolean makes(long file) {
                return file % ranks.count() == ranks.rank();
            }

            @Override
            public void await() {
                ranks.await();
            }
        });
    }

    private <S> boolean train(Objective<S> objective, Continuation continuation) {
        List<TrainingListener> all = new ArrayList<>(listeners);
        all.add(new RunLog(recipe.output(), continuation.changes()));
        try (BoardLog board = new BoardLog(recipe.output())) {
            all.add(board);
            return train(objective, continuation.checkpoints(), all);
        }
    }

    private <S> boolean train(Objective<S> objective, Checkpoints checkpoints, List<TrainingListener> all) {
        try (Trainer<S> running = new Trainer<>(objective, recipe.training(), checkpoints, all, ranks)) {
            trainer = running;
            running.resume();
            boolean done = !stopping && running.run();
            if (done && ranks.isFirst()) {
                objective.publish(folder("model"));
            }
            return done;
        } finally {
            trainer = null;
        }
    }

    /**
     * Writes the result of the newest checkpoint without further training.
     *
     * @throws InvalidRequestException if there is no checkpoint, or it is of another recipe
     */
    public void publish() {
        Checkpoints checkpoints = new Checkpoints(folder("checkpoints"), recipe.keep());
        if (checkpoints.latest().isEmpty()) {
            throw new InvalidRequestException(recipe.output() + " has no checkpoint to publish; train first");
        }
        try (FolderLock _ = FolderLock.of(recipe.output())) {
            Continuation.of(recipe, checkpoints, true);
            try (Objective<?> objective = open()) {
                publish(objective, checkpoints);
            }
        }
    }

    private <S> void publish(Objective<S> objective, Checkpoints checkpoints) {
        try (Trainer<S> still = new Trainer<>(objective, recipe.training(), checkpoints, List.of())) {
            still.resume();
            objective.publish(folder("model"));
        }
    }

    /**
     * Makes the run end after the present step, with a checkpoint. Any thread may call this.
     *
     * @return whether there will be a checkpoint to wait for; not while pictures are still being encoded and nothing
     *     has been trained
     */
    public boolean stop() {
        stopping = true;
        Trainer<?> running = trainer;
        if (running == null) {
            return false;
        }
        running.stop();
        return true;
    }

    /** Returns the newest checkpoint, if there is one. */
    public Optional<Path> checkpoint() {
        Checkpoints checkpoints = new Checkpoints(folder("checkpoints"), recipe.keep());
        return checkpoints.latest().isEmpty()
                ? Optional.empty()
                : Optional.of(checkpoints.file(checkpoints.latest().getAsLong()));
    }

    private Path folder(String name) {
        Path folder = recipe.output().resolve(name);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }
}
