package dev.hypersd.recipe;

import dev.hypersd.objective.AutoencoderObjective;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.Precision;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Intervals;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What to train, checked.
 *
 * @param output the folder of the run
 * @param keep how many checkpoints stay
 * @param training of the loop
 * @param objective opens networks and data; only here is anything loaded
 */
public record Recipe(Path output, int keep, TrainingSettings training, Supplier<Objective<?>> objective) {
    private static final int HELD_OUT = 2048;

    /**
     * Reads a recipe.
     *
     * @param changes {@code path.to.key=value}
     * @throws dev.hypersd.error.InvalidFileException if a key is unknown or missing, or a value is out of its range
     */
    public static Recipe read(Path file, List<String> changes) {
        Section root = new Section(RecipeFile.read(file, changes));
        String name = root.text("objective");
        int seed = root.count("seed", 0, 0);
        TrainingSettings training = training(root, seed);
        OptimiserSettings optimiser = optimiser(root.section("optimiser"), training.steps());
        double average = root.number("average", 0.999, 0, 0.99999);
        Supplier<Objective<?>> objective = switch (name) {
            case "autoencoder" -> autoencoder(root, seed, average, optimiser);
            case "attributes" -> JudgeRecipes.attributes(root, new Common(seed, average, optimiser));
            case "clip" -> JudgeRecipes.clip(root, new Common(seed, average, optimiser));
            default ->
                throw root.invalid("objective", "is \"" + name + "\", known are autoencoder, attributes and clip");
        };
        Recipe recipe = new Recipe(root.path("output"), root.count("keep", 2, 1), training, objective);
        root.refuseUnread();
        return recipe;
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
                new Intervals(
                        every.count("checkpoint", 500, 1),
                        every.count("validation", 500, 0),
                        every.count("sample", 500, 0)));
        section.refuseUnread();
        every.refuseUnread();
        return settings;
    }

    private static OptimiserSettings optimiser(Section section, long steps) {
        OptimiserSettings settings = new OptimiserSettings(
                new LearningRate(
                        section.number("learning_rate", 1e-4, 0, 1),
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

    private static Supplier<Objective<?>> autoencoder(
            Section root, long seed, double average, OptimiserSettings optimiser) {
        Section section = root.section("autoencoder");
        AutoencoderObjective.Settings settings = new AutoencoderObjective.Settings(
                root.path("model"),
                section.count("crop", 64, 8),
                section.number("divergence", 1e-4, 0, 1),
                section.number("edges", 0, 0, 10),
                average,
                seed);
        section.refuseUnread();
        Section data = root.section("data");
        int count = data.count("scenes", 100_000, 1);
        int pixels = data.count("size", 128, 32);
        data.refuseUnread();
        return () -> new AutoencoderObjective(
                settings,
                optimiser,
                scenes(Split.TRAIN, count, pixels).map(Sample::image),
                scenes(Split.VALIDATION, HELD_OUT, pixels).map(Sample::image));
    }

    private static Scenes scenes(Split split, int count, int pixels) {
        return new Scenes(split, count, pixels, Optional.empty(), 0);
    }
}
