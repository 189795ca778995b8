package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.training.TrainingSettings.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: autoencoder
            model: model
            output: run
            training: {steps: 20, batch: 4, precision: mixed}
            optimiser: {learning_rate: 1.0e-3}
            """);
    }

    @Test
    void aRecipeIsReadBeforeAnythingIsLoaded() {
        Recipe recipe = Recipe.read(file, List.of());

        assertThat(recipe.output()).isEqualTo(Path.of("run"));
        assertThat(recipe.training().steps()).isEqualTo(20);
        assertThat(recipe.training().batch()).isEqualTo(4);
        assertThat(recipe.training().precision()).isEqualTo(Precision.MIXED);
    }

    @Test
    void valuesOfTheCommandLineComeFirst() {
        Recipe recipe = Recipe.read(file, List.of("training.steps=7", "keep=3", "every.checkpoint=5"));

        assertThat(recipe.training().steps()).isEqualTo(7);
        assertThat(recipe.keep()).isEqualTo(3);
        assertThat(recipe.training().intervals().checkpoint()).isEqualTo(5);
    }

    @Test
    void anExtendingRecipeHasTheKeysOfBothAndItsOwnTakePrecedence() throws Exception {
        Path own = Files.writeString(
                folder.resolve("own.yaml"), "extends: recipe.yaml\noutput: other\ntraining: {steps: 9}\n");
        Recipe recipe = Recipe.read(own, List.of());

        assertThat(recipe.output()).isEqualTo(Path.of("other"));
        assertThat(recipe.training().steps()).isEqualTo(9);
        assertThat(recipe.training().batch()).isEqualTo(4);
    }

    @Test
    void aRecipeThatExtendsItselfIsRefused() throws Exception {
        Files.writeString(file, "extends: recipe.yaml\n");

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is extended in a circle");
    }

    static Stream<Path> recipes() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("../recipes"));
                Stream<Path> example = Files.list(Path.of("../examples/emoji"))) {
            return Stream.concat(files, example)
                    .filter(file -> file.toString().endsWith(".yaml") && !file.endsWith("common.yaml"))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void everyRecipeIsValid(Path recipe) throws Exception {
        String text = Files.readString(recipe);
        Path output = text.contains("\nquestions:")
                ? StudyRecipe.read(recipe, List.of()).comparison().output()
                : text.contains("\nmethods:")
                        ? ComparisonRecipe.read(recipe, List.of()).output()
                        : Recipe.read(recipe, List.of()).output();

        assertThat(output).isRelative();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void aResolvedRecipeIsARecipeOfTheSame(Path recipe) throws Exception {
        String text = Files.readString(recipe);
        if (text.contains("\nquestions:") || text.contains("\nmethods:")) {
            return;
        }
        var resolved = Recipe.read(recipe, List.of()).resolved();
        Path again = folder.resolve("resolved.yaml");
        RunIdentity.write(again, resolved);

        assertThat(Recipe.read(again, List.of()).resolved()).isEqualTo(resolved);
        assertThat(resolved.tree().at("/training/batch").asInt()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "distillation.trajectory.segments=3 | trajectory.segments is 3, which does not divide the 40 steps",
                "distillation.trajectory.teacher_steps=30 | trajectory.segments is 8, which does not divide the 30",
                "distillation.trajectory.method=straight | trajectory.method is \"straight\", "
                        + "known are consistency, progressive, rectified",
                "distillation.trajectory.distance=far       | trajectory.distance is \"far\", known are squared, huber",
                "distillation.trajectory.weight=0 | trajectory.weight is 0, and there is no section adversarial either",
                "distillation.trajectory={weight: 0, adversarial: {balance: 1}} | trajectory.weight is 0, "
                        + "and adversarial.balance is a ratio to the gradient of the distance",
                "distillation.trajectory.adversarial={weight: 1, balance: 1} | adversarial.balance "
                        + "takes the place of the weight, and both are there; remove one of them",
                "distillation.trajectory.target_timesteps=x | trajectory.target_timesteps is unknown; "
                        + "do you mean target_timestep?",
                "distillation.score.timesteps=[249,999]     | score.timesteps is [249, 999], they must fall",
                "distillation.score.timesteps=[]            | score.timesteps is empty",
                "distillation.score.adversarial.heads=0     | adversarial.heads is 0, it must be at least 1",
                "distillation.score.adversarial.balance=1 | score.adversarial.balance is a ratio "
                        + "to the gradient of a distance, and there is none here; name weight",
                "distillation.feedback.vae=x                | distillation.feedback.judges is missing",
                "distillation.score.adversarial.real=data | adversarial.real is a choice for trajectories",
                "distillation.score.adversarial.weight=0 | adversarial.weight is 0.0, it must be between 1.0E-6",
                "distillation.trajectory.adversarial={discriminator: encoder, heads: 2} | adversarial.heads is unknown",
                "distillation.trajectory.adversarial={conditional: false} | adversarial.conditional is unknown",
                "distillation.trajectory.adversarial={heads: 2, heads_at_once: 3} | adversarial.heads_at_once is 3, "
                        + "and there are 2 heads",
                "distillation.trajectory.adversarial={noise_timesteps: []} | noise_timesteps is empty; leave it out",
                "distillation.trajectory.adversarial={r1_sigma: 1} | adversarial.r1_sigma is unknown",
                "distillation.score.divergence=forward_kl | score.divergence is forward_kl, whose weights follow from "
                        + "the logits of a discriminator; add a section adversarial with loss: softplus",
                "distillation.score={divergence: forward_kl, adversarial: {loss: hinge}} | with loss: softplus",
                "distillation.score.divergence=kl | score.divergence is \"kl\", known are reverse_kl, forward_kl",
                "distillation={latents: x, trajectory: {adversarial: {}}, score: {adversarial: {}}} | "
                        + "distillation.score.adversarial is there, and so is trajectory.adversarial; keep one of them",
                "distillation.score={timesteps: [999], eta: 0} | score.eta is the share of fresh noise between steps",
                "distillation.score={timesteps: [999, 499], earliest_step: 3} | earliest_step is 3, and there are 2",
                "distillation.regression={steps: 41} | regression.steps is 41, of the 40 steps of the teacher",
                "distillation.halves=true | halves needs trajectory or regression for one half",
                "distillation.stop={judge: clip, judges: x} | stop needs a number of validations without improvement",
                "distillation.stop={judge: beauty, judges: x} | stop.judge is \"beauty\", which is no judge",
                "distillation.trainable=( | distillation.trainable is \"(\", no regular expression",
            })
    void invalidKeysOfDistillationAreNamed(String change, String message) {
        Path recipe = Path.of("../recipes/mini/hyper/8-steps.yaml");
        assertThatThrownBy(() -> Recipe.read(recipe, List.of(change)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "optimiser.learning_rte=1 | optimiser.learning_rte is unknown; do you mean learning_rate?",
                "trainig.steps=1          | trainig is unknown; do you mean training?",
                "objective=autoencodr     | objective is \"autoencodr\", which is unknown; do you mean autoencoder?"
                        + " Known are aesthetic, attributes, autoencoder, base",
                "training.steps=0         | training.steps is 0, it must be at least 1",
                "training.steps=many      | training.steps must be a whole number, not \"many\"",
                "training.patience=-1     | training.patience is -1, it must be at least 0",
                "training.precision=f64   | training.precision is \"f64\", known are f32, mixed",
                "optimiser.beta1=2        | optimiser.beta1 is 2.0, it must be between 0.0 and 0.9999",
                "autoencoder.perceptual=1 | autoencoder.judge is missing",
            })
    void invalidValuesAreNamed(String change, String message) {
        assertThatThrownBy(() -> Recipe.read(file, List.of(change)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("recipe.yaml")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "average=0.9                           | average is called ema_decay now; rename it",
                "distillation.over=x                   | distillation.over is called frozen_lora now; rename it",
                "distillation.trajectory.goal=mixed    | distillation.trajectory.goal is called target_timestep now",
                "distillation.feedback.clip.enough=3   | distillation.feedback.clip.enough is called threshold now",
            })
    void aKeyUnderItsFormerNameIsRefusedWithItsPresentOne(String change, String message) {
        Path recipe = Path.of("../recipes/mini/hyper/8-steps.yaml");
        assertThatThrownBy(() -> Recipe.read(recipe, List.of(change)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aStudentWithoutALossIsRefused() {
        Path recipe = Path.of("../recipes/mini/hyper/common.yaml");
        assertThatThrownBy(() -> Recipe.read(recipe, List.of("output=x")))
                .hasMessageContaining(
                        "distillation.trajectory is missing, and so are score, regression, adversarial and feedback");
        assertThatThrownBy(() -> Recipe.read(
                        recipe, List.of("output=x", "distillation.feedback={judges: x, clip: {from_step: 5}}")))
                .hasMessageContaining("feedback.clip.from_step is 5, and nothing is trained before it");
        assertThatThrownBy(() -> Recipe.read(
                        recipe, List.of("output=x", "distillation.feedback={judges: x, clip: {}, every: 2}")))
                .hasMessageContaining("feedback.every is above 1, and without another loss nothing is trained");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.batch=33 | halves needs an even training.batch, which is 33",
                "distillation.stop.judge=preference | stop.judge is preference, from which the student learns",
            })
    void halvesAndStopsThatCannotWorkAreRefused(String change, String message) {
        Path recipe = Path.of("../recipes/mini/objectives/halves.yaml");
        assertThatThrownBy(() -> Recipe.read(recipe, List.of(change)))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyJudgeThatGivesAScoreCanBeARewardModel() {
        Path recipe = Path.of("../recipes/mini/hyper/common.yaml");
        assertThatNoException()
                .isThrownBy(() -> Recipe.read(
                        recipe,
                        List.of(
                                "output=x",
                                "distillation.feedback={judges: x, clip: {}, aesthetic: {}, preference: {}, "
                                        + "image-reward: {}, pick-score: {threshold: 22}, hps: {weight: 100}}")));
        assertThatThrownBy(() ->
                        Recipe.read(recipe, List.of("output=x", "distillation.feedback={judges: x, inception: {}}")))
                .hasMessageContaining("feedback.preference is missing, and so are aesthetic, clip, image-reward, "
                        + "pick-score, hps and segmentation; name at least one of them");
    }

    @Test
    void missingKeysOfAbsentSectionsAreNamedWithTheFile() throws Exception {
        Files.writeString(file, "objective: base\nmodel: model\noutput: run\n");

        assertThatThrownBy(() -> Recipe.read(file, List.of())).hasMessage(file + ": base.autoencoder is missing");
    }

    @Test
    void patienceNeedsValidations() {
        assertThatThrownBy(() -> Recipe.read(file, List.of("training.patience=2", "every.validation=0")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("training.patience needs validations; set every.validation");
    }

    @Test
    void trainedParametersAreChosenByARegularExpression() {
        assertThatThrownBy(() -> Recipe.read(Path.of("../recipes/mini/places.yaml"), List.of("base.trainable=unet.(")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("base.trainable is \"unet.(\", no regular expression: Unclosed group");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vae", "base", "places", "decoder", "tiny-vae"})
    void theRecipesOfTheEmbeddedModelAreValid(String name) {
        Recipe recipe = Recipe.read(Path.of("../recipes/mini/" + name + ".yaml"), List.of());

        assertThat(recipe.training().steps()).isGreaterThanOrEqualTo(600);
    }

    @Test
    void theRecipeOfFineTuningIsValid() {
        Recipe recipe = Recipe.read(Path.of("../recipes/sd15/finetune.yaml"), List.of());

        assertThat(recipe.training().gradientCheckpointing()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "finetune.targets=[convolutions] | finetune.targets is \"convolutions\", "
                        + "known are attention, feed_forward, convolution",
                "finetune.targets=[] | finetune.targets is empty, known are attention, feed_forward, convolution",
                "finetune.tuning=half            | finetune.tuning is \"half\", known are lora, dora, embedding, full",
                "finetune.tuning=full            | finetune.rank is unknown",
                "finetune.tuning=dora;finetune.frozen_lora=a | finetune.frozen_lora cannot be below a DoRA",
                "finetune.tuning=embedding       | finetune.word is missing",
                "finetune.few_step_lora=a;finetune.tuning=full | finetune.few_step_lora needs tuning: lora",
                "finetune.few_step_lora=a;finetune.text_encoder=true | finetune.text_encoder cannot be trained over a",
                "finetune.few_step_lora=a;finetune.frozen_lora=b | finetune.few_step_lora needs tuning: lora and no",
                "finetune.rank=0                 | finetune.rank is 0, it must be at least 1",
                "finetune.sample_prompts=[{steps: 4}] | finetune.sample_prompts[0].prompt is missing",
                "finetune.sample_prompts=[a, {prompt: b, steps: 0}] | finetune.sample_prompts[1].steps is 0, it must",
                "finetune.sample_prompts=[{prompt: a, negative: b}] | finetune.sample_prompts[0].negative is unknown; "
                        + "do you mean negative_prompt?",
                "finetune.sample_prompts=[{prompt: a, negative_prompt: b, guidance_scale: 1}] | "
                        + "finetune.sample_prompts[0].negative_prompt has no effect with a guidance scale of 1",
                "finetune.sample_prompts=[7] | finetune.sample_prompts[0] must be a string or an object, not 7",
                "finetune.spelling=diffusers     | finetune.spelling is \"diffusers\", known are kohya, peft",
            })
    void invalidKeysOfFineTuningAreNamed(String change, String message) {
        Path recipe = Path.of("../recipes/sd15/finetune.yaml");
        assertThatThrownBy(() -> Recipe.read(recipe, List.of(change.split(";"))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void missingKeysAreNamed() throws Exception {
        Files.writeString(file, "objective: autoencoder\nmodel: model\n");

        assertThatThrownBy(() -> Recipe.read(file, List.of())).hasMessageContaining("output is missing");
    }

    @Test
    void aChangeWithoutAValueIsRefused() {
        assertThatThrownBy(() -> Recipe.read(file, List.of("training.steps")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("\"training.steps\" changes nothing; write key=value");
    }

    @Test
    void aChangeBelowAValueIsRefused() {
        assertThatThrownBy(() -> Recipe.read(file, List.of("output.folder=x")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("\"output.folder=x\" changes nothing: output is a value and has no keys");
    }

    @Test
    void aSourceOfPicturesReplacesTheOtherAndAnEmptyValueRemovesAKey() {
        List<String> scenes = List.of("data.scenes=50", "data.style=flat", "data.size=64");
        var keys = Recipe.read(
                file,
                Stream.concat(scenes.stream(), Stream.of("data.folder=photos", "data.size="))
                        .toList());
        assertThat(keys.resolved().given().get("data").toString()).isEqualTo("{\"folder\":\"photos\"}");

        var again = Recipe.read(file, List.of("data.folder=photos", "data.held_out=3", "data.scenes=50"));
        assertThat(again.resolved().given().get("data").toString()).isEqualTo("{\"scenes\":50}");

        String sources = "data.sources=[{folder: photos, repeats: 2}, {webdataset: a.tar}]";
        assertThat(data("data.folder=photos", "data.background=grey", sources))
                .isEqualTo("{\"background\":\"grey\",\"sources\":[{\"folder\":\"photos\",\"repeats\":2},"
                        + "{\"webdataset\":\"a.tar\"}]}");
        assertThat(data(sources, "data.webdataset=b.tar")).isEqualTo("{\"webdataset\":\"b.tar\"}");
    }

    private String data(String... changes) {
        return Recipe.read(file, List.of(changes))
                .resolved()
                .given()
                .get("data")
                .toString();
    }

    @Test
    void nothingIsPublishedWithoutACheckpoint() {
        Run run = new Run(Recipe.read(file, List.of("output=" + folder.resolve("run"))), false, List.of());

        assertThatThrownBy(run::publish)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has no checkpoint to publish; train first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1\\na: 2 | is not valid YAML in line 2, column 2: Duplicate",
                "a:\\n\\tb: 1 | is not valid YAML in line 2, column 1: found character 'tab",
                "a: &x {b: 1}\\nc: *x | has an alias or a merge key in line 2, column 4; write the values out",
                "a: &x {b: 1}\\nc:\\n  <<: *x | has an alias or a merge key in line 3, column 3",
                "a: 1\\n---\\nb: 2 | has a second document in line 3, column 1; a recipe is one document",
                "[1, 2]      | is not a recipe: it has no keys",
                "a: [        | is not valid YAML",
            })
    void filesThatAreNotRecipesAreRefused(String text, String message) throws Exception {
        Files.writeString(file, text.replace("\\n", "\n").replace("\\t", "\t"));

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }
}
