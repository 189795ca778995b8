package dev.hypersd.recipe;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.AutoencoderObjective;
import dev.hypersd.objective.NetworkObjective;
import dev.hypersd.objective.SampleMemory;
import dev.hypersd.objective.TinyAutoencoderLoss;
import dev.hypersd.recipe.ObjectiveSource.Common;
import dev.hypersd.section.Section;
import java.util.List;
import java.util.Optional;

/** The objectives that train autoencoders: {@code autoencoder} and {@code tiny_autoencoder}. */
final class AutoencoderRecipes {
    private AutoencoderRecipes() {}

    static ObjectiveSource autoencoder(Section root, Common common) {
        Section section = root.section("autoencoder");
        AutoencoderObjective.Settings settings = new AutoencoderObjective.Settings(
                root.path("model"),
                section.one("part", AutoencoderObjective.Part.ALL),
                section.count("crop", 64, 8),
                section.number("divergence", 1e-4, 0, 1),
                section.number("squared", 0, 0, 100),
                section.number("edges", 0, 0, 10),
                perceptual(section),
                common.emaDecay(),
                common.seed());
        section.refuseUnread();
        DataSection data = pictures(root);
        if (settings.crop() > data.pixels()) {
            throw section.invalid("crop", "is %d, more than data.size, %d".formatted(settings.crop(), data.pixels()));
        }
        return encoding -> {
            DataSection.Parts pictures = data.open();
            return new AutoencoderObjective(
                    settings,
                    common.optimiser(),
                    pictures.training().map("picture", CaptionedImage::image),
                    pictures.heldOut().map("picture", CaptionedImage::image));
        };
    }

    /** Reads the section {@code data}, and refuses keys that have no effect on an autoencoder. */
    private static DataSection pictures(Section root) {
        DataSection.refuse(
                root,
                DataSource.Manner.OF_CAPTIONS,
                "has no effect on an autoencoder, which learns no captions; leave it out");
        DataSection.refuse(
                root,
                DataSection.OF_LATENTS,
                "has no effect on an autoencoder, which learns parts of squares; leave it out");
        return DataSection.read(root);
    }

    private static Optional<AutoencoderObjective.Perceptual> perceptual(Section section) {
        double weight = section.number("perceptual", 0, 0, 100);
        return weight > 0 || section.has("judge")
                ? Optional.of(new AutoencoderObjective.Perceptual(section.path("judge"), weight))
                : Optional.empty();
    }

    static ObjectiveSource tiny(Section root, Common common) {
        NetworkObjective.Settings network =
                new NetworkObjective.Settings(root.path("model"), List.of(), common.emaDecay(), common.seed());
        Section section = root.section("tiny_autoencoder");
        TinyAutoencoderLoss.Settings loss = new TinyAutoencoderLoss.Settings(
                section.path("teacher"),
                section.path("judge"),
                section.number("latents", 1, 0, 100),
                section.number("squared", 0, 0, 100),
                section.number("edges", 0, 0, 10),
                section.number("perceptual", 0, 0, 100));
        section.refuseUnread();
        DataSection data = pictures(root);
        return encoding -> {
            DataSection.Parts pictures = data.open();
            return new NetworkObjective<>(
                    NetworkType.AUTOENCODER_TINY,
                    network,
                    common.optimiser(),
                    pictures.training().map("picture", CaptionedImage::image),
                    pictures.heldOut().map("picture", CaptionedImage::image),
                    tiny -> SampleMemory.ofTinyAutoencoder(tiny.config(), data.pixels()),
                    arena -> TinyAutoencoderLoss.open(loss, arena));
        };
    }
}
