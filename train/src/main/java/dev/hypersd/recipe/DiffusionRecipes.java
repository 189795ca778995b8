package dev.hypersd.recipe;

import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.DistillationObjective;
import dev.hypersd.distillation.FewStepStyle;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.ControlNetObjective;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.LossWeights;
import dev.hypersd.objective.Pictures;
import dev.hypersd.objective.RatioRange;
import dev.hypersd.objective.SamplePrompt;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.preset.StatedPreset;
import dev.hypersd.recipe.ObjectiveSource.Common;
import dev.hypersd.section.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The objectives that train latent diffusion models: {@code base}, {@code finetune}, {@code distillation} and
 * {@code controlnet}.
 */
final class DiffusionRecipes {
    /** The values of the key {@code tuning}: the trained part of a network. */
    private enum Tuning {
        LORA,
        FULL
    }

    /** The values of the key {@code tuning} of fine-tuning. */
    private enum FineTuningKind {
        LORA,
        DORA,
        EMBEDDING,
        FULL
    }

    /** The spellings of LoRA files that current programs read. */
    private enum FileSpelling {
        KOHYA(Spelling.KOHYA),
        PEFT(Spelling.PEFT);

        private final Spelling spelling;

        FileSpelling(Spelling spelling) {
            this.spelling = spelling;
        }
    }

    private static final String TEXT_ENCODER = "text_encoder";
    private static final String FEW_STEP_LORA = "few_step_lora";
    private static final String FROZEN_LORA = "frozen_lora";

    private static final String GUIDANCE_SCALE = "guidance_scale";
    private static final String NEGATIVE_PROMPT = "negative_prompt";

    /** The denoising steps of sample pictures of models that are not distilled. */
    private static final int SAMPLE_STEPS = 25;

    private static final String COUNTED_ALIKE = ", whose losses count all parts of all pictures alike; leave it out";

    private DiffusionRecipes() {}

    static ObjectiveSource base(Section root, Common common) {
        Section section = root.section("base");
        Path model = root.path("model");
        Path autoencoder = section.path("autoencoder");
        Predicate<String> trainable = section.pattern("trainable", ".*").asMatchPredicate();
        DataSection data = DataSection.read(root);
        DenoisingObjective.Settings settings = denoising(section, common, data);
        Function<LatentCache.Listener, Pictures> pictures = pictures(data, section, common);
        section.refuseUnread();
        return encoding -> DenoisingObjective.base(
                model, autoencoder, trainable, settings, common.optimiser(), pictures.apply(encoding));
    }

    static ObjectiveSource finetune(Section root, Common common) {
        Section section = root.section("finetune");
        Supplier<ModelFiles> model = model(root, section);
        if (section.has(FEW_STEP_LORA)) {
            return fewStepStyle(root, section, model, common);
        }
        FineTuning change = fineTuning(section);
        DataSection data = DataSection.read(root);
        DenoisingObjective.Settings settings = denoising(section, common, data);
        Function<LatentCache.Listener, Pictures> pictures = pictures(data, section, common);
        section.refuseUnread();
        return encoding -> DenoisingObjective.fineTuning(
                model.get(), change, settings, common.optimiser(), pictures.apply(encoding));
    }

    /** Reads the fine-tuning of a LoRA over a few-step LoRA. */
    private static ObjectiveSource fewStepStyle(
            Section root, Section section, Supplier<ModelFiles> model, Common common) {
        DataSection data = DataSection.read(root);
        DataSection.refuse(root, DataSection.WEIGHTS, "has no effect with finetune.few_step_lora" + COUNTED_ALIKE);
        if (section.one("tuning", FineTuningKind.LORA) != FineTuningKind.LORA || section.has(FROZEN_LORA)) {
            throw section.invalid(
                    FEW_STEP_LORA,
                    "needs tuning: lora and no %s: what is learned is added to it".formatted(FROZEN_LORA));
        }
        if (section.flag(TEXT_ENCODER, false)) {
            throw section.invalid(TEXT_ENCODER, "cannot be trained over a %s; leave it out".formatted(FEW_STEP_LORA));
        }
        int rank = section.count("rank", 16, 1);
        FineTuning change = new FineTuning.Lora(
                rank,
                section.number("alpha", rank, 1e-3, 1e4),
                FineTuning.Form.LORA,
                new FineTuning.Targets(section.some("targets", LoraLayers.class), trainable(section), false),
                section.one("spelling", FileSpelling.KOHYA).spelling,
                section.optionalPath("initial_lora"),
                section.optionalPath(FEW_STEP_LORA),
                Map.of());
        DenoisingObjective.Settings denoising = denoising(section, common, data);
        double guidance = guidance(section);
        DistillationObjective.Settings settings = new DistillationObjective.Settings(
                denoising.captionDropout(),
                samplePrompts(section, section.count("sample_steps", 4, 1), 1, common),
                common.emaDecay(),
                common.seed());
        Function<LatentCache.Listener, Pictures> pictures = pictures(data, section, common);
        section.refuseUnread();
        return encoding -> new DistillationObjective(
                model.get(),
                change,
                FewStepStyle.losses(denoising.ratios(), denoising.shift(), guidance),
                Optional.empty(),
                settings,
                common.optimiser(),
                pictures.apply(encoding));
    }

    static ObjectiveSource distillation(Section root, Common common) {
        Section section = root.section("distillation");
        Supplier<ModelFiles> model = model(root, section);
        FineTuning change = switch (section.one("tuning", Tuning.LORA)) {
            case LORA -> lora(section, FineTuning.Form.LORA, false, usage(section));
            case FULL -> new FineTuning.Full(trainable(section));
        };
        DistillationObjective.Settings settings = new DistillationObjective.Settings(
                section.number("caption_dropout", 0, 0, 1),
                samplePrompts(section, section.count("sample_steps", 4, 1), 1, common),
                common.emaDecay(),
                common.seed(),
                halves(root, section));
        DataSection data = DataSection.read(root);
        DataSection.refuse(root, DataSection.WEIGHTS, "has no effect in distillation" + COUNTED_ALIKE);
        Function<LatentCache.Listener, Pictures> pictures = pictures(data, section, common);
        List<DistillationLoss.Settings> losses = DistillationLoss.read(section, common.optimiser(), data.scenes());
        Optional<DistillationLoss.Stop> stop = DistillationLoss.Stop.read(section);
        if (stop.isPresent() && root.section("training").count("patience", 0, 0) == 0) {
            throw section.invalid("stop", "needs a number of validations without improvement; set training.patience");
        }
        section.refuseUnread();
        return encoding -> new DistillationObjective(
                model.get(), change, losses, stop, settings, common.optimiser(), pictures.apply(encoding));
    }

    /** Reads the key {@code halves}, which needs losses of both tasks and a batch that can be divided. */
    private static boolean halves(Section root, Section section) {
        if (!section.flag("halves", false)) {
            return false;
        }
        if (Stream.of("trajectory", "regression").noneMatch(section::has)
                || Stream.of("score", "adversarial", "feedback").noneMatch(section::has)) {
            throw section.invalid(
                    "halves",
                    "needs trajectory or regression for one half, and score, adversarial or feedback for the other");
        }
        int batch = root.section("training").count("batch", 16, 1);
        if (batch % 2 == 1) {
            throw section.invalid("halves", "needs an even training.batch, which is %d".formatted(batch));
        }
        return true;
    }

    static ObjectiveSource controlNet(Section root, Common common) {
        Section section = root.section("controlnet");
        Supplier<ModelFiles> model = model(root, section);
        OptionalInt rank = switch (section.one("tuning", Tuning.FULL)) {
            case FULL -> OptionalInt.empty();
            case LORA -> OptionalInt.of(section.count("rank", 64, 1));
        };
        DataSection data = DataSection.read(root);
        ControlNetObjective.Settings settings = new ControlNetObjective.Settings(
                section.one("preprocessor", Preprocessor.CANNY),
                conditioningChannels(section),
                rank,
                section.number("caption_dropout", 0.5, 0, 1),
                ratios(section),
                weights(section, data),
                section.optionalPath("few_step_lora"),
                guidance(section),
                common.emaDecay(),
                common.seed());
        Function<LatentCache.Listener, Pictures> pictures = pictures(data, section, common);
        section.refuseUnread();
        return encoding -> new ControlNetObjective(model.get(), settings, common.optimiser(), pictures.apply(encoding));
    }

    private static List<Integer> conditioningChannels(Section section) {
        List<Integer> channels = section.counts("conditioning_channels", List.of(16, 32, 96, 256));
        if (channels.isEmpty() || channels.stream().anyMatch(count -> count < 1)) {
            throw section.invalid("conditioning_channels", "is %s, not positive numbers".formatted(channels));
        }
        return channels;
    }

    /** Returns the files of the pretrained model that {@code root} names, opened when they are needed. */
    private static Supplier<ModelFiles> model(Section root, Section section) {
        Path model = root.path("model");
        if (!section.has("variant")) {
            return () -> ModelFiles.open(model);
        }
        String variant = section.text("variant");
        return () -> ModelFiles.open(model, variant);
    }

    /** Reads the key {@code tuning} of fine-tuning, and the keys of what is trained. */
    private static FineTuning fineTuning(Section section) {
        return switch (section.one("tuning", FineTuningKind.LORA)) {
            case LORA -> lora(section, FineTuning.Form.LORA, section.flag(TEXT_ENCODER, false), Map.of());
            case DORA -> {
                if (section.has(FROZEN_LORA)) {
                    throw section.invalid(
                            FROZEN_LORA,
                            "cannot be below a DoRA, which normalises the model's own weights; choose tuning: lora");
                }
                yield lora(section, FineTuning.Form.DORA, section.flag(TEXT_ENCODER, false), Map.of());
            }
            case EMBEDDING -> {
                String word = section.text("word");
                if (!word.equals(word.strip()) || word.isEmpty()) {
                    throw section.invalid(
                            "word", "is \"%s\", it must be some text without spaces around it".formatted(word));
                }
                yield new FineTuning.Word(
                        word,
                        section.count("vectors", 1, 1),
                        section.has("initial_text") ? section.text("initial_text") : "*");
            }
            case FULL -> new FineTuning.Full(trainable(section));
        };
    }

    private static Predicate<String> trainable(Section section) {
        return section.pattern("trainable", ".*").asMatchPredicate();
    }

    /**
     * Reads the keys of a trained LoRA.
     *
     * @param textEncoders whether the text encoders are changed too
     * @param stated the settings for which it is trained
     */
    private static FineTuning lora(
            Section section, FineTuning.Form form, boolean textEncoders, Map<String, String> stated) {
        int rank = section.count("rank", 16, 1);
        return new FineTuning.Lora(
                rank,
                section.number("alpha", rank, 1e-3, 1e4),
                form,
                new FineTuning.Targets(section.some("targets", LoraLayers.class), trainable(section), textEncoders),
                section.one("spelling", FileSpelling.KOHYA).spelling,
                section.optionalPath("initial_lora"),
                section.optionalPath(FROZEN_LORA),
                stated);
    }

    /**
     * Returns the settings for which a student is distilled, which its file states: the steps of its sample pictures,
     * and the timesteps from which it has learned to draw, if they are as many; DDIM for the ends of segments, or TCD
     * where the student has learned from its own pictures; and no guidance, unless it has learned empty captions.
     */
    private static Map<String, String> usage(Section section) {
        Map<String, String> usage = new TreeMap<>();
        int steps = section.count("sample_steps", 4, 1);
        usage.put(StatedPreset.STEPS, Integer.toString(steps));
        Optional<String> own = Stream.of("score", "adversarial", "feedback")
                .filter(section::has)
                .findFirst();
        usage.put(StatedPreset.SAMPLER, own.isPresent() ? "tcd" : "ddim");
        own.ifPresent(loss -> {
            Section drawn = section.section(loss);
            usage.put(StatedPreset.ETA, Double.toString(drawn.has("eta") ? drawn.number("eta", 1, 0, 1) : 1));
            List<Integer> timesteps = drawn.counts("timesteps", List.of());
            if (timesteps.size() == steps) {
                usage.put(
                        StatedPreset.TIMESTEPS,
                        timesteps.stream().map(String::valueOf).collect(Collectors.joining(",")));
            }
        });
        if (section.number("caption_dropout", 0, 0, 1) == 0) {
            usage.put(StatedPreset.GUIDANCE, "0");
        }
        return usage;
    }

    private static DenoisingObjective.Settings denoising(Section section, Common common, DataSection data) {
        return new DenoisingObjective.Settings(
                section.number("caption_dropout", 0.1, 0, 1),
                new TimestepShift(section.number("timestep_shift", 1, 1e-2, 1e2)),
                ratios(section),
                weights(section, data),
                samplePrompts(section, SAMPLE_STEPS, guidance(section), common),
                common.emaDecay(),
                common.seed());
    }

    /** Reads the guidance scale of sample pictures. */
    private static double guidance(Section section) {
        return section.number(GUIDANCE_SCALE, 3, 1, 30);
    }

    /**
     * Reads the sample pictures. Each is a prompt, or a section with a prompt and what is different for it; the seeds
     * of others follow from that of the recipe and from their place.
     *
     * @param steps the number of denoising steps of those that do not say it
     * @param guidance their guidance scale
     */
    private static List<SamplePrompt> samplePrompts(Section section, int steps, double guidance, Common common) {
        AtomicLong seed = new AtomicLong(common.seed());
        return section.entries(
                "sample_prompts",
                prompt -> new SamplePrompt(prompt, "", steps, guidance, seed.getAndIncrement()),
                sample -> {
                    long next = seed.getAndIncrement();
                    double scale = sample.number(GUIDANCE_SCALE, guidance, 1, 30);
                    if (sample.has(NEGATIVE_PROMPT) && scale == 1) {
                        throw sample.invalid(
                                NEGATIVE_PROMPT,
                                "has no effect with a guidance scale of 1; set guidance_scale, or leave it out");
                    }
                    SamplePrompt prompt = new SamplePrompt(
                            sample.text("prompt"),
                            sample.has(NEGATIVE_PROMPT) ? sample.text(NEGATIVE_PROMPT) : "",
                            sample.count("steps", steps, 1),
                            scale,
                            sample.has("seed") ? sample.count("seed", 0, 0) : next);
                    sample.refuseUnread();
                    return prompt;
                });
    }

    /** Reads the keys {@code least_snr} and {@code greatest_snr}. */
    private static RatioRange ratios(Section section) {
        double least = section.number("least_snr", 0, 0, 1e3);
        return new RatioRange(
                least,
                section.number("greatest_snr", Double.POSITIVE_INFINITY, 1e-3 + least, Double.POSITIVE_INFINITY));
    }

    /** Reads the keys {@code unmasked_weight} and {@code normalise_masked_area}, which only masks need. */
    private static LossWeights weights(Section section, DataSection data) {
        for (String key : List.of("unmasked_weight", "normalise_masked_area")) {
            if (section.has(key) && !data.hasMasks()) {
                throw section.invalid(key, "has no effect without masks; set data.masks, or leave it out");
            }
        }
        return new LossWeights(
                section.number("unmasked_weight", 0, 0, 1), section.flag("normalise_masked_area", false));
    }

    /** Returns the pictures of {@code data}; latents are cached in the folder that {@code section} names. */
    private static Function<LatentCache.Listener, Pictures> pictures(DataSection data, Section section, Common common) {
        Path latents = section.path("latents");
        return encoding -> {
            DataSection.Parts parts = data.open();
            return new Pictures(parts.training(), parts.heldOut(), latents, encoding, common.seed());
        };
    }
}
