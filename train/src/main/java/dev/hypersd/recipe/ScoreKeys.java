package dev.hypersd.recipe;

import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.DistributionMatching;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.training.OptimiserSettings;
import java.util.List;

/** The section {@code score} of a distillation. */
final class ScoreKeys {
    private static final int LAST_TIMESTEP = 999;

    private ScoreKeys() {}

    static DistillationLoss read(Section section, OptimiserSettings student) {
        int least = section.count("least_timestep", 20, 0);
        int greatest = section.count("greatest_timestep", 980, least);
        if (greatest > LAST_TIMESTEP) {
            throw section.invalid("greatest_timestep", "is " + greatest + ", the last timestep is " + LAST_TIMESTEP);
        }
        DistillationLoss.Score score = new DistillationLoss.Score(
                TeachingKeys.teaching(section),
                timesteps(section),
                new DistributionMatching.Settings(
                        section.number("weight", 1, 1e-6, 1e3),
                        least,
                        greatest,
                        section.count("fake_updates", 5, 1),
                        TeachingKeys.auxiliary(section, student, 2e-4)),
                section.count("fake_rank", 16, 1),
                section.some("fake_targets", LoraLayers.class),
                TeachingKeys.adversarial(section, student));
        section.refuseUnread();
        return score;
    }

    /** The timesteps at which the student is asked. */
    static List<Integer> timesteps(Section section) {
        List<Integer> timesteps = section.counts("timesteps", List.of(LAST_TIMESTEP));
        if (timesteps.isEmpty()) {
            throw section.invalid("timesteps", "is empty");
        }
        for (int i = 0; i < timesteps.size(); i++) {
            if (timesteps.get(i) < 0 || timesteps.get(i) > (i == 0 ? LAST_TIMESTEP : timesteps.get(i - 1) - 1)) {
                throw section.invalid(
                        "timesteps", "is %s, they must fall, from at most %d".formatted(timesteps, LAST_TIMESTEP));
            }
        }
        return timesteps;
    }
}
