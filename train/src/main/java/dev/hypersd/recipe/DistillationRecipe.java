package dev.hypersd.recipe;

import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.DistillationObjective;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code objective: distillation}. */
final class DistillationRecipe {
    /** What learns. */
    private enum Change {
        LORA,
        FULL
    }

    private DistillationRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        Section section = root.section("distillation");
        Supplier<ModelFiles> model = PretrainedKeys.files(root, section);
        FineTuning change = switch (section.one("tuning", Change.LORA)) {
            case FULL -> new FineTuning.Full();
            case LORA -> PretrainedKeys.lora(section);
        };
        DistillationObjective.Settings settings = new DistillationObjective.Settings(
                section.number("caption_dropout", 0, 0, 1),
                section.texts("sample_prompts"),
                section.count("sample_steps", 4, 1),
                common.average(),
                common.seed());
        Function<LatentCache.Listener, Pictures> pictures = DenoisingKeys.pictures(root, section);
        List<DistillationLoss> judged = judged(root, section, common);
        section.refuseUnread();
        return encoding -> new DistillationObjective(
                model.get(), change, judged, settings, common.optimiser(), pictures.apply(encoding));
    }

    private static List<DistillationLoss> judged(Section root, Section section, CommonSettings common) {
        List<DistillationLoss> judged = new ArrayList<>();
        if (section.has("trajectory")) {
            judged.add(TrajectoryKeys.read(section.section("trajectory"), common.optimiser()));
        }
        if (section.has("score")) {
            judged.add(ScoreKeys.read(section.section("score"), common.optimiser()));
        }
        if (section.has("feedback")) {
            judged.addAll(FeedbackKeys.read(section.section("feedback"), root));
        }
        if (judged.isEmpty()) {
            throw section.invalid(
                    "trajectory",
                    "is missing, and so are score and feedback; a student is judged by at least one of them");
        }
        return judged;
    }
}
