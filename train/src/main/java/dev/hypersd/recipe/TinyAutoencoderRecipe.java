package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.NetworkObjective;
import dev.hypersd.objective.TinyAutoencoderLoss;
import java.util.List;

/** {@code objective: tiny_autoencoder}. */
final class TinyAutoencoderRecipe {
    private TinyAutoencoderRecipe() {}

    static Opening read(Section root, CommonSettings common) {
        NetworkObjective.Settings network =
                new NetworkObjective.Settings(root.path("model"), List.of(), common.average(), common.seed());
        Section section = root.section("tiny_autoencoder");
        TinyAutoencoderLoss.Settings loss = new TinyAutoencoderLoss.Settings(
                section.path("teacher"),
                section.path("judge"),
                section.number("latents", 1, 0, 100),
                section.number("squared", 0, 0, 100),
                section.number("edges", 0, 0, 10),
                section.number("perceptual", 0, 0, 100));
        section.refuseUnread();
        DataSection data = DataSection.read(root);
        return encoding -> {
            DataSection.Parts pictures = data.open();
            return new NetworkObjective<>(
                    NetworkType.AUTOENCODER_TINY,
                    network,
                    common.optimiser(),
                    pictures.training().map(CaptionedImage::image),
                    pictures.heldOut().map(CaptionedImage::image),
                    arena -> TinyAutoencoderLoss.open(loss, arena));
        };
    }
}
