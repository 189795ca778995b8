package dev.hypersd.recipe;

import dev.hypersd.json.JsonObject;
import dev.hypersd.section.Section;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Intervals;
import dev.hypersd.training.TrainingSettings.Precision;
import java.nio.file.Path;
import java.util.List;

/**
 * A checked recipe of a training run.
 *
 * @param output the folder of the run
 * @param keep the number of checkpoints that are kept
 * @param training the settings of the training loop
 * @param objective opens networks and data; nothing is loaded before
 * @param resolved all keys with their values
 */
public record Recipe(
        Path output, int keep, TrainingSettings training, ObjectiveSource objective, Section.Resolved resolved) {
    /**
     * Reads a recipe.
     *
     * @param changes changes of the form {@code path.to.key=value}
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    public static Recipe read(Path file, List<String> changes) {
        return of(RecipeFile.read(file, changes));
    }

    /** Makes a recipe of {@code changes} alone, as {@link #read} does of a file and changes. */
    public static Recipe of(List<String> changes) {
        return of(RecipeFile.of(changes));
    }

    private static Recipe of(JsonObject keys) {
        Section root = new Section(keys);
        int seed = root.count("seed", 0, 0);
        TrainingSettings training = training(root, seed);
        OptimiserSettings optimiser = optimiser(root.section("optimiser"), training.steps());
        ObjectiveSource.Common common =
                new ObjectiveSource.Common(seed, root.number("ema_decay", 0.999, 0, 0.99999), optimiser);
        ObjectiveSource objective = ObjectiveSource.read(root, common);
        Path output = root.path("output");
        int keep = root.count("keep", 2, 1);
        root.refuseUnread();
        return new Recipe(output, keep, training, objective, root.resolved());
    }

    private static TrainingSettings training(Section root, long seed) {
        Section section = root.section("training");
        Section every = root.section("every");
        TrainingSettings settings = new TrainingSettings(
                seed,
                section.count("steps", 1000, 1),
                section.count("batch", 16, 1),
                section.count("accumulate", 1, 1),
                section.one("precision", Precision.F32),
                section.flag("gradient_checkpointing", false),
                section.count("patience", 0, 0),
                new Intervals(
                        every.count("checkpoint", 500, 1),
                        every.count("validation", 500, 0),
                        every.count("sample", 500, 0)));
        if (settings.patience() > 0 && settings.intervals().validation() == 0) {
            throw section.invalid("patience", "needs validations; set every.validation");
        }
        section.refuseUnread();
        every.refuseUnread();
        return settings;
    }

    private static OptimiserSettings optimiser(Section section, long steps) {
        OptimiserSettings settings = new OptimiserSettings(
                section.one("method", OptimiserSettings.Method.ADAMW),
                new LearningRate(
                        section.number("learning_rate", 1e-4, 1e-12, 1),
                        section.count("warm_up", 0, 0),
                        steps,
                        section.number("end", 0.02, 0, 1)),
                section.number("beta1", 0.9, 0, 0.9999),
                section.number("beta2", 0.999, 0, 0.99999),
                section.number("weight_decay", 0.01, 0, 1),
                section.number("eps", 1e-8, 1e-16, 1),
                section.number("clip", 1, 1e-6, 1e6));
        section.refuseUnread();
        return settings;
    }
}
