package dev.hypersd.recipe;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.ControlNetObjective;
import dev.hypersd.objective.Pictures;
import dev.hypersd.preprocess.Preprocessor;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code objective: controlnet}. */
final class ControlNetRecipe {
    private static final int RANK = 64;

    /** How the copy of the encoder learns. */
    private enum Change {
        LORA,
        FULL
    }

    private ControlNetRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        Section section = root.section("controlnet");
        Supplier<ModelFiles> files = PretrainedKeys.files(root, section);
        OptionalInt rank = switch (section.one("tuning", Change.FULL)) {
            case FULL -> OptionalInt.empty();
            case LORA -> OptionalInt.of(section.count("rank", RANK, 1));
        };
        ControlNetObjective.Settings settings = new ControlNetObjective.Settings(
                section.one("preprocessor", Preprocessor.CANNY),
                channels(section),
                rank,
                section.number("caption_dropout", 0.5, 0, 1),
                DenoisingKeys.ratios(section),
                section.optionalPath("few_step_lora"),
                section.number("guidance_scale", 3, 1, 30),
                common.average(),
                common.seed());
        Function<LatentCache.Listener, Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return encoding -> new ControlNetObjective(files.get(), settings, common.optimiser(), pictures.apply(encoding));
    }

    private static List<Integer> channels(Section section) {
        List<Integer> channels = section.counts("conditioning_channels", List.of(16, 32, 96, 256));
        if (channels.isEmpty() || channels.stream().anyMatch(count -> count < 1)) {
            throw section.invalid("conditioning_channels", "is %s, not positive numbers".formatted(channels));
        }
        return channels;
    }
}
