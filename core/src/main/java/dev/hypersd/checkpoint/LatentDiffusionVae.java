package dev.hypersd.checkpoint;

import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Translates the names and layouts of the autoencoder's weights between the original implementation of latent diffusion
 * and diffusers. The original counts the levels of the decoder from the finest, and stores the attention's projections
 * as 1x1 convolutions.
 */
final class LatentDiffusionVae {
    private static final Pattern UP = Pattern.compile("decoder\\.up\\.(\\d{1,4})\\.(.*)");

    private static final Renaming COMMON = new Renaming()
            .prefix("(encoder|decoder)\\.norm_out\\.", "$1.conv_norm_out.")
            .prefix("encoder\\.down\\.(\\d+)\\.block\\.(\\d+)\\.", "encoder.down_blocks.$1.resnets.$2.")
            .prefix("encoder\\.down\\.(\\d+)\\.downsample\\.", "encoder.down_blocks.$1.downsamplers.0.")
            .prefix("(encoder|decoder)\\.mid\\.block_1\\.", "$1.mid_block.resnets.0.")
            .prefix("(encoder|decoder)\\.mid\\.block_2\\.", "$1.mid_block.resnets.1.")
            .prefix("(encoder|decoder)\\.mid\\.attn_1\\.norm\\.", "$1.mid_block.attentions.0.group_norm.")
            .prefix("(encoder|decoder)\\.mid\\.attn_1\\.([qkv])\\.", "$1.mid_block.attentions.0.to_$2.")
            .prefix("(encoder|decoder)\\.mid\\.attn_1\\.proj_out\\.", "$1.mid_block.attentions.0.to_out.0.");

    private static final Renaming UP_LEVEL =
            new Renaming().prefix("block\\.(\\d+)\\.", "resnets.$1.").prefix("upsample\\.", "upsamplers.0.");

    private static final Pattern SHORTCUT = Pattern.compile("\\.nin_shortcut\\.");
    private static final Pattern PROJECTION = Pattern.compile(".*\\.attentions\\.0\\.to_.*\\.weight");

    private LatentDiffusionVae() {}

    /** Returns a view of {@code source}, which holds only the autoencoder, under the names of diffusers. */
    static WeightSource view(WeightSource source) {
        int levels = source.names().stream()
                .map(UP::matcher)
                .filter(Matcher::matches)
                .mapToInt(up -> Integer.parseInt(up.group(1)) + 1)
                .max()
                .orElse(0);
        return WeightView.of(source, tensor -> Stream.of(linear(tensor, rename(tensor.name(), levels))));
    }

    private static String rename(String name, int levels) {
        Matcher up = UP.matcher(name);
        String renamed = up.matches()
                ? "decoder.up_blocks.%d.%s"
                        .formatted(levels - 1 - Integer.parseInt(up.group(1)), UP_LEVEL.apply(up.group(2)))
                : COMMON.apply(name);
        return SHORTCUT.matcher(renamed).replaceFirst(".conv_shortcut.");
    }

    private static final Pattern OWN_UP = Pattern.compile("decoder\\.up_blocks\\.(\\d{1,4})\\.(.*)");
    private static final Pattern OWN_SHORTCUT = Pattern.compile("\\.conv_shortcut\\.");

    private static final Renaming BACK = new Renaming()
            .prefix("(encoder|decoder)\\.conv_norm_out\\.", "$1.norm_out.")
            .prefix("encoder\\.down_blocks\\.(\\d+)\\.resnets\\.(\\d+)\\.", "encoder.down.$1.block.$2.")
            .prefix("encoder\\.down_blocks\\.(\\d+)\\.downsamplers\\.0\\.", "encoder.down.$1.downsample.")
            .prefix("(encoder|decoder)\\.mid_block\\.resnets\\.0\\.", "$1.mid.block_1.")
            .prefix("(encoder|decoder)\\.mid_block\\.resnets\\.1\\.", "$1.mid.block_2.")
            .prefix("(encoder|decoder)\\.mid_block\\.attentions\\.0\\.group_norm\\.", "$1.mid.attn_1.norm.")
            .prefix("(encoder|decoder)\\.mid_block\\.attentions\\.0\\.to_([qkv])\\.", "$1.mid.attn_1.$2.")
            .prefix("(encoder|decoder)\\.mid_block\\.attentions\\.0\\.to_out\\.0\\.", "$1.mid.attn_1.proj_out.");

    private static final Renaming UP_LEVEL_BACK =
            new Renaming().prefix("resnets\\.(\\d+)\\.", "block.$1.").prefix("upsamplers\\.0\\.", "upsample.");

    /**
     * Returns a view of {@code source}, an autoencoder under the names of diffusers, in the original names and layouts.
     */
    static WeightSource original(WeightSource source) {
        int levels = source.names().stream()
                .map(OWN_UP::matcher)
                .filter(Matcher::matches)
                .mapToInt(up -> Integer.parseInt(up.group(1)) + 1)
                .max()
                .orElse(0);
        return WeightView.of(source, tensor -> Stream.of(convolution(tensor, back(tensor.name(), levels))));
    }

    private static String back(String name, int levels) {
        Matcher up = OWN_UP.matcher(name);
        String renamed = up.matches()
                ? "decoder.up.%d.%s"
                        .formatted(levels - 1 - Integer.parseInt(up.group(1)), UP_LEVEL_BACK.apply(up.group(2)))
                : BACK.apply(name);
        return OWN_SHORTCUT.matcher(renamed).replaceFirst(".nin_shortcut.");
    }

    /** Reshapes the weight {@code [out, in]} of a projection to {@code [out, in, 1, 1]}. */
    private static StoredTensor convolution(StoredTensor tensor, String name) {
        long[] shape = tensor.shape();
        return shape.length == 2
                ? tensor.as(name, new long[] {shape[0], shape[1], 1, 1}, t -> t.view(shape[0], shape[1], 1, 1))
                : tensor.as(name);
    }

    /** Reshapes the weight {@code [out, in, 1, 1]} of a projection to {@code [out, in]}. */
    private static StoredTensor linear(StoredTensor tensor, String name) {
        long[] shape = tensor.shape();
        boolean convolution = shape.length == 4 && shape[2] == 1 && shape[3] == 1;
        return convolution && PROJECTION.matcher(name).matches()
                ? tensor.as(name, new long[] {shape[0], shape[1]}, t -> t.view(shape[0], shape[1]))
                : tensor.as(name);
    }
}
