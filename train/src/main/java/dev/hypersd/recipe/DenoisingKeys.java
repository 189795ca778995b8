package dev.hypersd.recipe;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.RatioRange;
import dev.hypersd.objective.TimestepShift;
import java.nio.file.Path;
import java.util.function.Function;

/** What the sections of all objectives that train denoising have in common. */
final class DenoisingKeys {
    private DenoisingKeys() {}

    static DenoisingObjective.Settings settings(Section section, CommonSettings common) {
        return new DenoisingObjective.Settings(
                section.number("caption_dropout", 0.1, 0, 1),
                new TimestepShift(section.number("timestep_shift", 1, 1e-2, 1e2)),
                ratios(section),
                section.texts("sample_prompts"),
                section.number("guidance_scale", 3, 1, 30),
                common.average(),
                common.seed());
    }

    /** The keys {@code least_snr} and {@code greatest_snr}. */
    static RatioRange ratios(Section section) {
        double least = section.number("least_snr", 0, 0, 1e3);
        return new RatioRange(
                least,
                section.number("greatest_snr", Double.POSITIVE_INFINITY, 1e-3 + least, Double.POSITIVE_INFINITY));
    }

    /** The section {@code data} of {@code root}, to be cached in the folder that {@code section} names; opened when it is asked for. */
    static Function<LatentCache.Listener, Pictures> pictures(Section root, Section section) {
        DataSection data = DataSection.read(root);
        Path latents = section.path("latents");
        return encoding -> {
            DataSection.Parts parts = data.open();
            return new Pictures(parts.training(), parts.heldOut(), latents, encoding);
        };
    }
}
