package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.batch;
import static dev.hypersd.distillation.TinyDistillation.student;
import static dev.hypersd.distillation.TinyDistillation.teacher;
import static dev.hypersd.distillation.TinyDistillation.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegressionLossTest {
    @TempDir
    static Path folder;

    private static TinyDistillation tiny;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(folder);
    }

    private static RegressionLoss.Settings regression(int teacherSteps, int steps, double guidance) {
        return new RegressionLoss.Settings(teacher(guidance), teacherSteps, steps, 6, new Distance.Squared(), 0.25);
    }

    @Test
    void anUntrainedStudentIsWhereTheTeacherGetsInOneStepWithoutGuidance() {
        assertThat(tiny.value(regression(1, 1, 1), "regression")).isCloseTo(0, within(1e-8));
        assertThat(tiny.value(regression(8, 1, 1), "regression")).isCloseTo(0, within(1e-8));
        assertThat(tiny.value(regression(8, 8, 1), "regression")).isGreaterThan(1e-6);
    }

    /** The difference from the teacher is (scale - 1) times that of its predictions with and without caption. */
    @Test
    void theGuidanceOfTheTeacherIsPartOfWhatIsLearned() {
        double two = tiny.value(regression(8, 1, 2), "regression");
        double four = tiny.value(regression(8, 1, 4), "regression");

        assertThat(two).isPositive();
        assertThat(four / two).isCloseTo(9, within(1e-2));
    }

    @Test
    void theStudentApproachesTheEndpoints() {
        try (DistillationObjective objective = tiny.objective(regression(4, 2, 3))) {
            double before = term(student(objective), batch(objective), "regression");
            tiny.train(new OneLearner(objective, student(objective)), 4, false);

            assertThat(term(student(objective), batch(objective), "regression")).isLessThan(before);
        }
    }

    @Test
    void endpointsAreComputedOnceAndThoseOfAnotherTeacherAreOthers() throws IOException {
        double first = tiny.value(regression(3, 3, 3), "regression");
        Path file = newest();
        FileTime before = FileTime.fromMillis(0);
        Files.setLastModifiedTime(file, before);
        double again = tiny.value(regression(3, 3, 3), "regression");
        tiny.value(regression(3, 3, 5), "regression");

        assertThat(again).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
        assertThat(newest()).isNotEqualTo(file);
    }

    private static Path newest() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("latents-model/endpoints"))) {
            return files.max((a, b) ->
                            Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
                    .orElseThrow();
        }
    }
}
