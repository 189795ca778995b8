package dev.hypersd.pipeline;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.model.TextEncoder;
import dev.hypersd.pipeline.MicroConditioning.Framing;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.Tokens;
import dev.hypersd.unet.Conditioning;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Turns the prompts of a request into what the U-Net is conditioned on, one row for each picture, the negative rows first where
 * guidance is on. Each distinct text is encoded once.
 */
final class PromptEncoder {
    private final DiffusionModel model;
    private final Consumer<String> warnings;
    private final Set<String> said = new HashSet<>();

    PromptEncoder(DiffusionModel model, Consumer<String> warnings) {
        this.model = model;
        this.warnings = warnings;
    }

    /** The conditions for all pictures of {@code request}: {@code [count, ...]}, or {@code [2 count, ...]} when {@code guided}. */
    Conditioning encode(ImageRequest request, Size size, boolean guided) {
        List<Prompt> prompts =
                IntStream.range(0, request.count()).mapToObj(request::promptOf).toList();
        Text text = positive(prompts, request.clipSkip());
        if (guided) {
            text = negative(prompts, text).followedBy(text);
        }
        Conditioning conditioning = Conditioning.of(text.embeddings());
        return model.family() == ModelFamily.SD15
                ? conditioning
                : conditioning.with(
                        new Conditioning.Added(text.pooled(), framings(request, size, prompts.size(), guided)));
    }

    private Text positive(List<Prompt> prompts, int clipSkip) {
        return text(
                prompts.stream().map(p -> Optional.of(p.text())).toList(),
                prompts.stream()
                        .map(p -> p.secondText().or(() -> Optional.of(p.text())))
                        .toList(),
                clipSkip);
    }

    /** Layers are skipped for prompts only. An absent negative prompt is zeros with SDXL where the model says so, else the empty text. */
    private Text negative(List<Prompt> prompts, Text positive) {
        boolean zeros = model.family() == ModelFamily.SDXL && model.zerosForAbsentPrompt();
        if (zeros && prompts.stream().allMatch(p -> p.negative().isEmpty())) {
            return positive.zeros();
        }
        Function<Prompt, Optional<String>> first =
                p -> zeros ? p.negative() : Optional.of(p.negative().orElse(""));
        Function<Prompt, Optional<String>> second =
                p -> first.apply(p).map(text -> p.secondNegative().orElse(text));
        return text(
                prompts.stream().map(first).toList(),
                prompts.stream().map(second).toList(),
                0);
    }

    /**
     * Encodes a batch of texts.
     *
     * @param first for the first text encoder; absent means zeros
     * @param second for SDXL's second one
     */
    private Text text(List<Optional<String>> first, List<Optional<String>> second, int clipSkip) {
        Encoding one = encode(model.textEncoders().getFirst(), first);
        return switch (model.family()) {
            // One encoder, normalised once more where layers are skipped.
            case SD15 -> {
                ClipTextModel network = model.textEncoders().getFirst().network();
                yield new Text(one.select(network.clipSkip(one.output, clipSkip)), one.select(one.output.pooled()));
            }
            // Two encoders side by side, before their last layer and not normalised; the second one's pooled output.
            case SDXL -> {
                Encoding two = encode(model.textEncoders().getLast(), second);
                int layers = 1 + clipSkip;
                yield new Text(
                        Tensors.cat(-1, one.select(one.output.without(layers)), two.select(two.output.without(layers))),
                        two.select(two.output.pooled()));
            }
        };
    }

    /** {@code [rows, 6]}. */
    private Tensor framings(ImageRequest request, Size size, int count, boolean guided) {
        MicroConditioning micro =
                request.microConditioning().orElse(new MicroConditioning(Framing.whole(size), Optional.empty()));
        List<Framing> rows = new ArrayList<>();
        if (guided) {
            rows.addAll(Collections.nCopies(count, micro.negative().orElse(micro.positive())));
        }
        rows.addAll(Collections.nCopies(count, micro.positive()));
        return Tensors.cat(
                0,
                rows.stream().map(f -> onDevice(Tensors.of(f.values(), 1, 6))).toList());
    }

    private Encoding encode(TextEncoder encoder, List<Optional<String>> texts) {
        List<String> distinct =
                texts.stream().flatMap(Optional::stream).distinct().toList();
        List<Tokens> tokens = distinct.stream().map(encoder.tokenizer()::encode).toList();
        for (Tokens t : tokens) {
            if (!t.cut().isEmpty()) {
                warn("the prompt is longer than the %d tokens of the text encoder, which does not see \"%s\""
                        .formatted(t.ids().size(), t.cut()));
            }
        }
        long[] ids = tokens.stream()
                .flatMap(t -> t.ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        ClipTextOutput output =
                encoder.network().forward(onDevice(Tensors.of(ids, distinct.size(), ids.length / distinct.size())));
        long[] rows = texts.stream()
                .mapToLong(text -> text.map(distinct::indexOf).orElse(distinct.size()))
                .toArray();
        return new Encoding(output, onDevice(Tensors.of(rows, rows.length)));
    }

    /** Two text encoders that cut the same text say it once. */
    private void warn(String sentence) {
        if (said.add(sentence)) {
            warnings.accept(sentence);
        }
    }

    private Tensor onDevice(Tensor tensor) {
        return model.device().place(tensor);
    }

    /**
     * What an encoder made of the distinct texts.
     *
     * @param rows for each row of the batch the number of its text, or one past the last for zeros
     */
    private record Encoding(ClipTextOutput output, Tensor rows) {
        /** Lays a result for the distinct texts out over the batch. */
        Tensor select(Tensor distinct) {
            Tensor zeros = torch.zeros_like(distinct.narrow(0, 0, 1));
            return Tensors.cat(0, distinct, zeros).index_select(0, rows);
        }
    }

    /**
     * Encoded texts.
     *
     * @param embeddings {@code [rows, N, D]}
     * @param pooled {@code [rows, P]}
     */
    private record Text(Tensor embeddings, Tensor pooled) {
        /** The same without any content. */
        Text zeros() {
            return new Text(torch.zeros_like(embeddings), torch.zeros_like(pooled));
        }

        Text followedBy(Text other) {
            return new Text(Tensors.cat(0, embeddings, other.embeddings), Tensors.cat(0, pooled, other.pooled));
        }
    }
}
