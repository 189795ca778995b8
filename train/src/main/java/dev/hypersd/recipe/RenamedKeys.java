package dev.hypersd.recipe;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Keys of recipes that were renamed. They are refused with a message that names the new key. */
final class RenamedKeys {
    /** The former path of a key, section by section, and its new name. */
    private record Renamed(String path, String name) {}

    private static final List<Renamed> RENAMED = List.of(
            new Renamed("average", "ema_decay"),
            new Renamed("shown", "sample_prompts"),
            new Renamed("repeated", "diversity_prompts"),
            new Renamed("base.learns", "trainable"),
            new Renamed("base.dropped_captions", "caption_dropout"),
            new Renamed("base.shown", "sample_prompts"),
            new Renamed("finetune.dropped_captions", "caption_dropout"),
            new Renamed("finetune.shown", "sample_prompts"),
            new Renamed("finetune.start", "initial_lora"),
            new Renamed("finetune.over", "frozen_lora"),
            new Renamed("controlnet.picture", "preprocessor"),
            new Renamed("controlnet.picture_channels", "conditioning_channels"),
            new Renamed("controlnet.few_steps", "few_step_lora"),
            new Renamed("controlnet.dropped_captions", "caption_dropout"),
            new Renamed("distillation.dropped_captions", "caption_dropout"),
            new Renamed("distillation.shown", "sample_prompts"),
            new Renamed("distillation.shown_steps", "sample_steps"),
            new Renamed("distillation.start", "initial_lora"),
            new Renamed("distillation.over", "frozen_lora"),
            new Renamed("distillation.trajectory.goal", "target_timestep"),
            new Renamed("distillation.trajectory.teacher", "teacher_lora"),
            new Renamed("distillation.trajectory.pure_noise", "pure_noise_at_last_timestep"),
            new Renamed("distillation.trajectory.adversary", "adversarial"),
            new Renamed("distillation.score.teacher", "teacher_lora"),
            new Renamed("distillation.score.adversary", "adversarial"),
            new Renamed("distillation.score.fake_turns", "fake_updates"),
            new Renamed("distillation.feedback.preference.enough", "threshold"),
            new Renamed("distillation.feedback.aesthetic.enough", "threshold"),
            new Renamed("distillation.feedback.clip.enough", "threshold"));

    private RenamedKeys() {}

    /**
     * Refuses a recipe with a key under its former name.
     *
     * @throws InvalidFileException which names the new key
     */
    static void refuse(Path file, JsonNode recipe) {
        for (Renamed key : RENAMED) {
            JsonNode found = recipe.at("/" + key.path().replace('.', '/'));
            if (!found.isMissingNode()) {
                throw new InvalidFileException(
                        file, "%s is called %s now; rename it".formatted(key.path(), key.name()));
            }
        }
    }
}
