package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Adapters;
import dev.hypersd.training.TrainableWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What methods of consistency distillation do to students of a plane, which is the table in docs/distil-your-model.md.
 * Minutes, so:
 *
 * <pre>./mvnw -pl train -am test -Dhypersd.tests.excluded= -Dtest=PlaneWorldTest
 * -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Tag("slow")
class PlaneWorldTest {
    private static final System.Logger LOG = System.getLogger(PlaneWorldTest.class.getName());
    private static final int STAGE = 1200;

    @TempDir
    static Path folder;

    private static PlaneWorld world;

    @BeforeAll
    static void learn() {
        world = new PlaneWorld(folder);
        world.learn(4000);
    }

    @AfterAll
    static void close() {
        world.close();
    }

    @Test
    void everyStageIsFarBetterThanTheTeacherInAsManySteps() {
        Map<Integer, Double> teacher = new TreeMap<>();
        Map<Integer, Double> staged = new TreeMap<>();
        TrainableWeights weights = world.weights(0.95);
        for (int segments = 8; segments >= 1; segments /= 2) {
            distil(weights, segments, TargetTimestep.UNIFORM, STAGE);
            staged.put(segments, error(weights, segments));
            teacher.put(segments, world.error(Adapters.NONE, true, segments));
        }
        LOG.log(System.Logger.Level.INFO, table("teacher", teacher));
        LOG.log(System.Logger.Level.INFO, table("staged, targets anywhere", staged));
        LOG.log(System.Logger.Level.INFO, table("the last of them", all(weights)));

        staged.forEach((steps, error) ->
                assertThat(error).as(steps + " steps").isLessThan(teacher.getOrDefault(steps, 0.0) / 2));
        // The fewer the segments, the more points of a trajectory one prediction has to serve.
        assertThat(List.copyOf(staged.values())).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @Test
    void targetsAtTheEndOfTheSegmentImproveTheSingleStep() {
        TrainableWeights anywhere = world.weights(0.95);
        distil(anywhere, 1, TargetTimestep.UNIFORM, 4 * STAGE);
        TrainableWeights end = world.weights(0.95);
        distil(end, 1, TargetTimestep.BOUNDARY, 4 * STAGE);
        LOG.log(System.Logger.Level.INFO, table("one segment, targets anywhere (TCD)", all(anywhere)));
        LOG.log(System.Logger.Level.INFO, table("one segment, targets at the end (LCM)", all(end)));

        assertThat(error(end, 1)).isLessThan(0.8 * error(anywhere, 1));
    }

    @Test
    void theAverageFollowsQuicklyAtFirstEvenWithALowDecay() {
        TrainableWeights following = world.weights(0);
        distil(following, 8, TargetTimestep.UNIFORM, STAGE);
        TrainableWeights lagging = world.weights(0.999);
        distil(lagging, 8, TargetTimestep.UNIFORM, STAGE);
        LOG.log(System.Logger.Level.INFO, table("no average, 8 segments", all(following)));
        LOG.log(System.Logger.Level.INFO, table("average of 0.999, 8 segments", all(lagging)));

        // Averages that are as long from the first step on are known never to leave the teacher.
        assertThat(error(lagging, 8)).isLessThan(1.2 * error(following, 8));
    }

    private static void distil(TrainableWeights weights, int segments, TargetTimestep targetTimestep, int steps) {
        TrajectoryLoss.Settings settings = new TrajectoryLoss.Settings(
                new TrajectoryLoss.Consistency(targetTimestep),
                new Teacher.Settings(Optional.empty(), Teacher.Guidance.NONE),
                PlaneWorld.WHOLE.steps(),
                segments,
                new TrajectoryLoss.Noising(0, true),
                new Distance.Squared(),
                1,
                NoiseWeight.EQUAL,
                Optional.empty());
        world.train(weights, steps, world.loss(weights, settings));
    }

    private static double error(TrainableWeights weights, int steps) {
        return world.error(weights.average(), false, steps);
    }

    private static Map<Integer, Double> all(TrainableWeights weights) {
        Map<Integer, Double> errors = new TreeMap<>();
        for (int steps = 1; steps <= 8; steps *= 2) {
            errors.put(steps, error(weights, steps));
        }
        return errors;
    }

    private static String table(String name, Map<Integer, Double> errors) {
        StringBuilder row = new StringBuilder(name).append(" |");
        errors.forEach((steps, error) -> row.append(String.format(Locale.ROOT, " %d: %.4f", steps, error)));
        return row.toString();
    }
}
