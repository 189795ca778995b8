package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.run.RunCurves;
import dev.hypersd.run.RunFolder;
import dev.hypersd.run.RunFolders;
import dev.hypersd.run.RunState;
import dev.hypersd.run.Sample;
import dev.hypersd.training.TrainingListener.StepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run writes is what is read of it. */
class RunLogTest {
    @TempDir
    private Path folder;

    @Test
    void whatARunLogsAndDrawsIsShownOfIt() throws Exception {
        RunLog log = new RunLog(Files.createDirectories(folder.resolve("run")), Map.of());
        log.started(0, 2);
        log.step(new StepReport(1, Map.of("student/loss", 0.5, "student/rate", 1e-4), 0.5, 8, 1.5));
        log.step(new StepReport(2, Map.of("student/loss", 0.25, "student/rate", 1e-5), 0.25, 8, 2));
        log.measured(2, Map.of("student/held-out loss", 0.75));
        log.drew(2, Map.of("samples", new Image(1, 1, new byte[3])));
        Files.writeString(
                folder.resolve("run").resolve(RunFolder.RECIPE),
                "objective: base\ntraining: {batch: 4}\n# Defaults:\n# training.steps: 2\n# a: [1, \"b\"]\n");

        RunFolders runs = RunFolders.in(folder, RecipeKeys::of);
        RunState state = runs.states().getFirst();
        assertThat(state.objective()).isEqualTo("base");
        assertThat(state.steps()).hasValue(2);
        assertThat(runs.find("run").orElseThrow().recipe())
                .isEqualTo(Map.of("objective", "base", "training.batch", "4", "training.steps", "2", "a", "[1,\"b\"]"));
        assertThat(state.losses()).isEqualTo(Map.of("student/loss", 0.25, "student/held-out loss", 0.75));
        assertThat(state.faults()).isEmpty();

        RunFolder run = runs.find("run").orElseThrow();
        assertThat(run.curves().curves())
                .extracting(RunCurves.Points::name, RunCurves.Points::last)
                .containsExactlyInAnyOrder(
                        tuple("student/loss", 0.25), tuple("student/rate", 1e-5), tuple("student/held-out loss", 0.75));
        assertThat(run.samples()).containsExactly(new Sample(2, "samples", "step-00000002-samples.png"));
        assertThat(run.sheet("step-00000002-samples.png")).isPresent();

        RunLog resumed = new RunLog(folder.resolve("run"), Map.of("training.steps", "2 -> 3"));
        resumed.started(1, 3);
        assertThat(run.curves().changes()).containsExactly(new RunCurves.Change(1, Map.of("training.steps", "2 -> 3")));
        assertThat(run.curves().faults()).isEmpty();
        assertThat(run.curves().curves())
                .allSatisfy(points -> assertThat(points.steps()).containsExactly(1));
    }

    @Test
    void theKeysOfARecipeAreShownWithTheirPathsAndNoOtherFileIsRead() throws Exception {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), """
            extends: ../../secret.yaml
            data: {folder: photos, sizes: [1, 2], none: {}}
            a: {b: {c: 1.0e-4}}
            flag: true
            nothing:
            """);
        assertThat(RecipeKeys.of(file))
                .isEqualTo(Map.of(
                        "extends", "../../secret.yaml",
                        "data.folder", "photos",
                        "data.sizes", "[1,2]",
                        "data.none", "{}",
                        "a.b.c", "1.0E-4",
                        "flag", "true",
                        "nothing", "null"));
        for (String damaged : List.of("", "- 1", "a: [", "a: 1\na: 2")) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> RecipeKeys.of(file)).as(damaged).isInstanceOf(InvalidFileException.class);
        }
    }
}
