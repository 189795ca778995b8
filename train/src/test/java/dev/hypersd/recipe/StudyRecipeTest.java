package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.study.DrawnStudy;
import dev.hypersd.study.Question;
import dev.hypersd.study.Study;
import dev.hypersd.study.StudyMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudyRecipeTest {
    private static final Path MODEL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @TempDir
    private Path folder;

    @Test
    void theDefaultIsOneQuestionOnAllPairsWithTies() throws IOException {
        StudyRecipe recipe = recipe("");
        assertThat(recipe.questions()).containsExactly(new Question("preference", "Which picture is better?"));
        assertThat(recipe.ties()).isTrue();
        assertThat(recipe.pairsPerRater()).isEmpty();
        Study study = recipe.study(recipe.pictures());
        assertThat(study.methods().stream().map(StudyMethod::name))
                .containsExactly("A, 2 steps", "A, 1 step", "B, 1 step");
        assertThat(study.prompts()).hasSize(3);
        assertThat(study.pairs()).isEqualTo(3 * 3 * 2);
    }

    @Test
    void everyKeyIsRead() throws IOException {
        StudyRecipe recipe = recipe("""
            questions: [{name: quality, text: Which looks better?}, {name: fit, text: Which fits?}]
            pairs: baseline
            baseline: B
            ties: false
            pairs_per_rater: 5
            """);
        Study study = recipe.study(recipe.pictures());
        assertThat(study.questions())
                .containsExactly(new Question("quality", "Which looks better?"), new Question("fit", "Which fits?"));
        assertThat(study.baseline()).hasValue("B, 1 step");
        assertThat(study.pairs()).isEqualTo(2 * 3 * 2);
        assertThat(study.pairsOfRater()).isEqualTo(5);
        assertThat(study.ties()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "questions: [] | questions is empty; name at least one, or leave it out",
                "questions: [{name: Q, text: Which?}] | questions[0].name is wrong: the name of a question is \"Q\"",
                "questions: [{name: quality}] | questions[0].text is missing",
                "questions: [{name: a, text: Which?, txt: b}] | questions[0].txt is unknown; do you mean text?",
                "pairs: some | pairs is \"some\", known are all, baseline",
                "pairs_per_rater: 0 | pairs_per_rater is 0, it must be at least 1",
                "question: Which? | question is unknown; do you mean questions?"
            })
    void whatIsWrongIsNamed(String line, String message) {
        assertThatThrownBy(() -> recipe(line))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void otherPicturesOfTheSamePromptsHaveAnotherFingerprint() throws IOException {
        StudyMethod before = recipe("").pictures().methods().getFirst();
        assertThat(recipe("").pictures().methods().getFirst()).isEqualTo(before);
        assertThat(recipe("defaults: {negative_prompt: ugly}")
                        .pictures()
                        .methods()
                        .getFirst())
                .isNotEqualTo(before);
    }

    @Test
    void theRecipesOfComparisonsAreOnesOfStudiesToo() {
        for (String name : List.of("study.yaml", "compare.yaml", "methods/compare.yaml")) {
            StudyRecipe recipe = StudyRecipe.read(Path.of("../recipes/mini").resolve(name), List.of());
            assertThat(recipe.comparison().contestants()).hasSizeGreaterThan(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "1"})
    void aPictureIsDrawnOnceAndFoundAgain(String batch) throws IOException {
        DrawnStudy pictures = recipe("batch: " + batch).pictures();
        int[] calls = {0};
        pictures.draw((method, left) -> {
            if (calls[0]++ == 0) {
                assertThat(method).isEqualTo("A, 2 steps");
                assertThat(left).isEqualTo(3 * 3 * 2);
            }
        });
        assertThat(calls[0]).isEqualTo("2".equals(batch) ? 12 : 18);
        pictures.draw((method, left) -> {
            throw new AssertionError("nothing is left to draw");
        });
        // Seed 1 of prompt 0 is seed 0 of prompt 1, but the prompts differ.
        assertThat(pictures.picture(0, 1, "A, 1 step")).isNotEqualTo(pictures.picture(1, 0, "A, 1 step"));
        assertThat(pictures.picture(0, 1, "A, 1 step")).isNotEqualTo(pictures.picture(0, 1, "B, 1 step"));
        assertThat(pictures.warnings()).isEmpty();
    }

    private StudyRecipe recipe(String more) throws IOException {
        Path file =
                Files.writeString(folder.resolve("recipe.yaml"), """
                    model: %s
                    output: %s
                    prompts: 3
                    seeds: [0, 1]
                    methods:
                      - {name: A, steps: [2, 1], guidance: 1}
                      - {name: B, steps: [1], guidance: 3}
                    """.formatted(MODEL, folder.resolve("out")) + more);
        return StudyRecipe.read(file, List.of());
    }
}
