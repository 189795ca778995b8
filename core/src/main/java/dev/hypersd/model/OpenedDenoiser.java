package dev.hypersd.model;

import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.lora.Component;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tensor.Placement;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A U-Net and its text encoders on disk, with their configurations read; a {@link Denoiser} is loaded from it.
 *
 * @param textEncoders the text encoders, in the order in which their hidden states are concatenated
 * @param tokenizers the tokenizer of each text encoder
 * @param zerosForAbsentPrompt whether an absent negative prompt is encoded as zeros (SDXL), not as an empty text
 */
record OpenedDenoiser(
        ModelFamily family,
        OpenedNetwork<UNetConfig, UNet2DConditionModel> unet,
        Map<Component, OpenedNetwork<ClipTextConfig, ClipTextModel>> textEncoders,
        List<ModelPart> tokenizers,
        boolean zerosForAbsentPrompt) {
    /** Reads the configurations of {@code files}. */
    static OpenedDenoiser of(ModelFiles files) {
        Map<Component, OpenedNetwork<ClipTextConfig, ClipTextModel>> encoders = new LinkedHashMap<>();
        List<ModelPart> tokenizers = new ArrayList<>();
        for (String name : files.family().textEncoders()) {
            Component component = Component.in(name);
            encoders.put(
                    component,
                    files.part(name)
                            .open(
                                    component == Component.TEXT_ENCODER_2
                                            ? NetworkType.CLIP_TEXT_WITH_PROJECTION
                                            : NetworkType.CLIP_TEXT));
            tokenizers.add(files.part(name.replace("text_encoder", "tokenizer")));
        }
        return new OpenedDenoiser(
                files.family(),
                files.part("unet").open(NetworkType.UNET),
                encoders,
                tokenizers,
                files.index().flag("force_zeros_for_empty_prompt", true));
    }

    /** Returns all its networks. */
    Map<Component, OpenedNetwork<?, ?>> networks() {
        Map<Component, OpenedNetwork<?, ?>> networks = new LinkedHashMap<>();
        networks.put(Component.UNET, unet);
        networks.putAll(textEncoders);
        return Collections.unmodifiableMap(networks);
    }

    /** Returns the widths of the hidden states of the text encoders, in their order. */
    List<Integer> textWidths() {
        return textEncoders.values().stream()
                .map(encoder -> encoder.config().width())
                .toList();
    }

    /** Returns the size of all weights in bytes when they are held as {@code placement} specifies. */
    long weightBytes(Placement placement) {
        return networks().values().stream()
                .mapToLong(network -> network.part().weightBytes(placement))
                .sum();
    }
}
