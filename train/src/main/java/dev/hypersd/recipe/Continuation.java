package dev.hypersd.recipe;

import dev.hypersd.data.BatchOrder;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.MachineMemory;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Objective;
import dev.hypersd.training.TrainingMemory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The beginning of a run, or its continuation after the newest checkpoint: what it is made of, compared with what the
 * checkpoint says of it.
 *
 * @param checkpoints those that the run writes, which say what it is made of
 * @param changes what is different from the checkpoint, in words, by keys of the recipe
 * @param data the samples; empty before {@link #with}, and if the recipe alone determines them
 */
record Continuation(
        Recipe recipe,
        RunIdentity identity,
        Checkpoints checkpoints,
        boolean allowed,
        Map<String, String> changes,
        Optional<DataIdentity> data) {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");
    private static final String DATA = "data";

    /**
     * Compares the recipe.
     *
     * @param allowed whether differences are accepted that make another run of it, but do not falsify what it has
     *     learned
     * @throws InvalidRequestException if a difference is not accepted
     * @throws dev.hypersd.error.InvalidFileException if the newest checkpoint is damaged
     */
    static Continuation of(Recipe recipe, Checkpoints checkpoints, boolean allowed) {
        RunIdentity identity = RunIdentity.of(recipe);
        OptionalLong latest = checkpoints.latest();
        Map<String, String> changes = Map.of();
        if (latest.isPresent()) {
            Optional<RunIdentity> before = RunIdentity.in(checkpoints.metadata(latest.getAsLong()));
            changes = before.map(run -> (Map<String, String>) identity.differences(run, allowed))
                    .orElse(changes);
            if (before.isEmpty()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} was written by an earlier version of this program and does not say by which recipe and"
                                + " from which data, so it cannot be checked that they are still the same",
                        checkpoints.file(latest.getAsLong()));
            }
        }
        return new Continuation(recipe, identity, checkpoints, allowed, changes, Optional.empty());
    }

    /**
     * Compares the samples of the opened objective.
     *
     * @throws InvalidRequestException if they differ in a way that is not accepted
     */
    Continuation with(Objective<?> objective) {
        requireBatchThatFits(objective);
        Optional<DataIdentity> now = DataIdentity.of(objective);
        Map<String, String> all = new LinkedHashMap<>(changes);
        OptionalLong latest = checkpoints.latest();
        if (latest.isPresent() && now.isPresent()) {
            String before = checkpoints.metadata(latest.getAsLong()).getOrDefault(DATA, "");
            if (!before.isEmpty() && !before.equals(now.get().fingerprint())) {
                String difference = DataIdentity.read(file())
                        .filter(known -> known.fingerprint().equals(before))
                        .map(known -> now.get().difference(known, allowed))
                        .orElseThrow(() -> new InvalidRequestException(
                                ("%s was trained on other data (fingerprint %s, not %s); restore them, or name"
                                                + " another output")
                                        .formatted(
                                                recipe.output(),
                                                before,
                                                now.get().fingerprint())));
                LOG.log(System.Logger.Level.WARNING, "the run continues with other data: {0}", difference);
                all.put(DATA, difference);
            }
        }
        Map<String, String> notes = new LinkedHashMap<>(identity.metadata());
        now.ifPresent(data -> notes.put(DATA, data.fingerprint()));
        return new Continuation(recipe, identity, checkpoints.noting(notes), allowed, all, now);
    }

    private void requireBatchThatFits(Objective<?> objective) {
        long samples = objective.samples().size();
        int batch = recipe.training().batch();
        if (batch > samples) {
            throw new InvalidRequestException(
                    "training.batch is %d, and there are %d training samples; set it to at most %d, or add samples"
                            .formatted(batch, samples, samples));
        }
        BatchOrder.groups(objective.samples()).values().stream()
                .filter(group -> group.length < batch)
                .mapToInt(group -> group.length)
                .min()
                .ifPresent(least -> LOG.log(
                        System.Logger.Level.WARNING,
                        "there are sizes of pictures with fewer samples than training.batch, which is {0}, the least"
                                + " with {1}; their batches have samples twice",
                        batch,
                        least));
        TrainingMemory.requireBatch(objective, recipe.training(), MachineMemory.available());
    }

    private Path file() {
        return recipe.output().resolve("samples.txt");
    }

    /** Writes what the run is made of to its folder. */
    void write() {
        RunIdentity.write(recipe.output().resolve("resolved.yaml"), recipe.resolved());
        data.ifPresent(samples -> samples.write(file()));
    }
}
