package dev.hypersd.recipe;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.Pictures;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Predicate;

/** {@code objective: base}. */
final class BaseRecipe {
    private BaseRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        Section section = root.section("base");
        Path model = root.path("model");
        Path autoencoder = section.path("autoencoder");
        Predicate<String> learns = section.pattern("trainable", ".*").asMatchPredicate();
        DenoisingObjective.Settings settings = DenoisingKeys.settings(section, common);
        Function<LatentCache.Listener, Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return encoding -> DenoisingObjective.base(
                model, autoencoder, learns, settings, common.optimiser(), pictures.apply(encoding));
    }
}
