package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.objective.AutoencoderObjective;
import java.util.Optional;

/** {@code objective: autoencoder}. */
final class AutoencoderRecipe {
    private AutoencoderRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        Section section = root.section("autoencoder");
        AutoencoderObjective.Settings settings = new AutoencoderObjective.Settings(
                root.path("model"),
                section.one("part", AutoencoderObjective.Part.ALL),
                section.count("crop", 64, 8),
                section.number("divergence", 1e-4, 0, 1),
                section.number("squared", 0, 0, 100),
                section.number("edges", 0, 0, 10),
                perceptual(section),
                common.average(),
                common.seed());
        section.refuseUnread();
        DataSection data = DataSection.read(root);
        if (settings.crop() > data.pixels()) {
            throw section.invalid("crop", "is %d, more than data.size, %d".formatted(settings.crop(), data.pixels()));
        }
        return encoding -> {
            DataSection.Parts pictures = data.open();
            return new AutoencoderObjective(
                    settings,
                    common.optimiser(),
                    pictures.training().map(CaptionedImage::image),
                    pictures.heldOut().map(CaptionedImage::image));
        };
    }

    private static Optional<AutoencoderObjective.Perceptual> perceptual(Section section) {
        double weight = section.number("perceptual", 0, 0, 100);
        return weight > 0 || section.has("judge")
                ? Optional.of(new AutoencoderObjective.Perceptual(section.path("judge"), weight))
                : Optional.empty();
    }
}
