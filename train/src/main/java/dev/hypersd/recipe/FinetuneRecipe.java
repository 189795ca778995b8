package dev.hypersd.recipe;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code objective: finetune}. */
final class FinetuneRecipe {
    /** How the model is changed. */
    private enum Change {
        LORA,
        FULL
    }

    private FinetuneRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        Section section = root.section("finetune");
        Supplier<ModelFiles> files = PretrainedKeys.files(root, section);
        FineTuning change = switch (section.one("tuning", Change.LORA)) {
            case FULL -> new FineTuning.Full();
            case LORA -> PretrainedKeys.lora(section);
        };
        DenoisingObjective.Settings settings = DenoisingKeys.settings(section, common);
        Function<LatentCache.Listener, Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return encoding -> DenoisingObjective.fineTuning(
                files.get(), change, settings, common.optimiser(), pictures.apply(encoding));
    }
}
