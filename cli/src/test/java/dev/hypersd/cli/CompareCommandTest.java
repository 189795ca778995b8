package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    private static final Path SD15 = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @TempDir
    private Path folder;

    private Path recipe;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() throws IOException {
        TinyJudges.write(folder.resolve("judges/attributes"));
        recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            model: MODEL
            judges: FOLDER/judges
            output: FOLDER/out
            prompts: 3
            diversity_prompts: 1
            batch: 2
            seeds: [1, 2]
            sample_prompts: [a red star, a blue cat]
            methods:
              - {name: Base, steps: [2, 1], guidance: 3}
              - {name: With noise, sampler: tcd, eta: 1, steps: [1]}
            """.replace("MODEL", SD15.toString())
                .replace("FOLDER", folder.toString()));
    }

    @Test
    void methodsStandSideBySideInATableAndOnSheets() {
        assertThat(run()).as(err.toString()).isZero();

        assertThat(out.toString()
                        .lines()
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.replaceAll("\\|(.*?)\\|(.*?)\\|.*", "$1/$2")
                                .replace(" ", "")))
                .containsExactly(
                        "/steps", "---/---:", "Base/2", "Base/1", "Withnoise/1", "reconstruction/", "groundtruth/");
        assertThat(out.toString())
                .contains(" ± ")
                .contains("*Teacher MSE* is")
                .contains("Warning: the FID of 3 images on 8 features is rank-deficient");
        // The teacher is where it is; others are not.
        assertThat(out.toString().lines().filter(line -> line.contains(" 0.0000 ± 0.0000 ")))
                .hasSize(1);
        assertThat(folder.resolve("out/table.md")).hasContent(out.toString());
        assertThat(folder.resolve("out/results.json")).content().contains("\"method\" : \"With noise\"");
        Image one = Image.read(folder.resolve("out/pictures-1.png"));
        Image two = Image.read(folder.resolve("out/pictures-2.png"));
        assertThat(one.width()).isGreaterThan(two.width());
    }

    @Test
    void severalMethodsAreComparedWithoutARecipe() {
        Outcome outcome = Outcome.of(
                "compare",
                "--set=model=" + SD15,
                "--set=judges=" + folder.resolve("judges"),
                "--set=output=" + folder.resolve("named"),
                "--set=prompts=2",
                "--set=diversity_prompts=0",
                "--set=baseline=two",
                "--set=defaults={sampler: ddim, size: 64x64}",
                "--set=methods=[{name: one, steps: 1}, {name: two, steps: 2, guidance: 3}]");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("Differences from two in 2 steps over the same prompts and seeds, with standard errors:")
                .contains("- two: 64x64, %s, Ddim".formatted(SD15))
                .containsPattern("\\| one \\| 1 \\| 2 \\| .*\\d ± \\d");
        assertThat(Outcome.of("compare", "--set=model=" + SD15).err())
                .contains("--set: methods is missing or empty; name at least one");
        assertThat(Outcome.of("compare").err()).contains("name a recipe, or give its keys with --set");
    }

    @Test
    void judgedPicturesAreNotDrawnAgain() {
        run();
        String first = out.toString();
        out.getBuffer().setLength(0);
        assertThat(run()).isZero();
        assertThat(out.toString()).isEqualTo(first);
    }

    @Test
    void sharesThatAreJudgedApartHaveTheTableOfOneRun() throws IOException {
        String four = "prompts=4";
        assertThat(run("--set", four)).isZero();
        String whole = Files.readString(folder.resolve("out/results.json"));
        String shared = "output=" + folder.resolve("shared");
        for (String share : List.of("2/2", "1/2")) {
            assertThat(run("--set", four, "--set", shared, "--share", share))
                    .as(err.toString())
                    .isZero();
            assertThat(folder.resolve("shared/results.json")).doesNotExist();
        }
        err.getBuffer().setLength(0);
        assertThat(run("--set", four, "--set", shared)).isZero();
        assertThat(timeless(Files.readString(folder.resolve("shared/results.json"))))
                .isEqualTo(timeless(whole));
        assertThat(run("--set", four, "--set", shared, "--set", "stop_when_clear=true", "--share", "1/2"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("shares draw all prompts, so no method can end early");
    }

    private static String timeless(String json) {
        return json.replaceAll("\"ms per image\" : [\\d.]+", "");
    }

    @Test
    void errorsInARecipeAreNamed() {
        assertThat(run("--set", "seeds=[]")).isEqualTo(1);
        assertThat(err.toString()).contains("recipe.yaml: seeds is empty; name at least one");
        assertThat(run("--set", "methods=[{name: Base}]")).isEqualTo(1);
        assertThat(err.toString()).contains("methods[0].steps is missing; name one or more numbers of steps");
        assertThat(run("--set", "shown=[a red cat]")).isEqualTo(1);
        assertThat(err.toString()).contains("recipe.yaml: shown is called sample_prompts now; rename it");
    }

    @Test
    void missingJudgesAreNamedBeforeAnythingIsDrawn() {
        assertThat(run("--set", "judges=" + folder.resolve("nowhere"))).isEqualTo(1);
        assertThat(err.toString()).contains(folder.resolve("nowhere") + ": has no judges");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aSinglePromptIsRefused() {
        assertThat(run("--set", "prompts=1")).isEqualTo(1);
        assertThat(err.toString()).contains("recipe.yaml: prompts is 1, it must be at least 2");
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(List.of("compare", recipe.toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
