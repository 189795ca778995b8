package dev.hypersd.pipeline;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.model.Denoiser;
import dev.hypersd.model.TextEncoder;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.MicroConditioning;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.PromptTags;
import dev.hypersd.request.Size;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.Chunk;
import dev.hypersd.tokenizer.Tokens;
import dev.hypersd.unet.Conditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Encodes the prompts of a request to the conditioning of the U-Net, one row for each picture, the negative rows first
 * where guidance is on. Each distinct text is encoded once.
 */
final class PromptEncoder {
    private final Denoiser denoiser;
    private final List<TextEncoder> encoders;
    private final BiConsumer<String, Set<Integer>> warnings;

    /** The warnings, each with the texts that it is about. */
    private final Map<String, Set<String>> found = new LinkedHashMap<>();

    private final PromptSyntax syntax;

    /**
     * Creates an encoder.
     *
     * @param encoders the text encoders of {@code denoiser}, possibly with textual inversion embeddings
     * @param warnings receives warnings, with the numbers of the pictures whose prompts they are about
     */
    PromptEncoder(
            Denoiser denoiser,
            List<TextEncoder> encoders,
            PromptSyntax syntax,
            BiConsumer<String, Set<Integer>> warnings) {
        this.denoiser = denoiser;
        this.encoders = encoders;
        this.syntax = syntax;
        this.warnings = warnings;
    }

    /**
     * Encodes the prompts of all pictures of {@code request}: {@code [count, ...]}, or {@code [2 count, ...]} if {@code
     * guided}.
     */
    Conditioning encode(ImageRequest request, Size size, boolean guided) {
        List<Prompt> prompts =
                IntStream.range(0, request.count()).mapToObj(request::promptOf).toList();
        warnOfTags(prompts);
        // All rows of a batch are as long as the longest.
        int chunks = syntax == PromptSyntax.PLAIN ? 1 : longest(prompts, guided);
        Text text = positive(prompts, chunks, request.clipSkip());
        if (guided) {
            text = negative(prompts, chunks, text).followedBy(text);
        }
        found.forEach((sentence, texts) -> warnings.accept(sentence, withAny(texts, prompts)));
        Conditioning conditioning = Conditioning.of(text.embeddings());
        return denoiser.family() == ModelFamily.SD15
                ? conditioning
                : conditioning.with(
                        new Conditioning.Added(text.pooled(), timeIds(request, size, prompts.size(), guided)));
    }

    /** Warns of networks that prompts name, which only {@link dev.hypersd.request.GenerationOptions} resolve. */
    private void warnOfTags(List<Prompt> prompts) {
        prompts.stream()
                .map(Prompt::text)
                .forEach(text -> PromptTags.in(text)
                        .forEach(tag -> warn(
                                "%s is read as text: the LoRAs of a request are said apart from its prompts"
                                        .formatted(tag),
                                text)));
    }

    /** Returns the number of chunks of the longest text. */
    private int longest(List<Prompt> prompts, boolean guided) {
        return prompts.stream()
                .flatMap(prompt -> texts(prompt, guided))
                .flatMap(text -> encoders.stream().map(encoder -> chunks(encoder, text)))
                .mapToInt(List::size)
                .max()
                .orElseThrow();
    }

    private static Stream<String> texts(Prompt prompt, boolean guided) {
        return Stream.of(
                        Optional.of(prompt.text()),
                        prompt.secondText(),
                        guided ? prompt.negative() : Optional.<String>empty(),
                        guided ? prompt.secondNegative() : Optional.<String>empty())
                .flatMap(Optional::stream);
    }

    /** Returns the numbers of the prompts that have one of {@code texts}. */
    private static Set<Integer> withAny(Set<String> texts, List<Prompt> prompts) {
        return IntStream.range(0, prompts.size())
                .filter(i -> texts(prompts.get(i), true).anyMatch(texts::contains))
                .boxed()
                .collect(Collectors.toSet());
    }

    /** Tokenizes {@code text} for the encoder, in the request's syntax. */
    private List<Chunk> chunks(TextEncoder encoder, String text) {
        return switch (syntax) {
            case PLAIN -> List.of(Chunk.plain(cut(encoder, text)));
            case WEIGHTED -> Chunk.weighted(encoder.tokenizer(), text);
        };
    }

    private List<Integer> cut(TextEncoder encoder, String text) {
        Tokens tokens = encoder.tokenizer().encode(text);
        if (!tokens.cut().isEmpty()) {
            warn(
                    "the prompt is longer than the %d tokens of the text encoder, which does not see \"%s\""
                            .formatted(tokens.ids().size(), tokens.cut()),
                    text);
        }
        return tokens.ids();
    }

    private Text positive(List<Prompt> prompts, int chunks, int clipSkip) {
        return text(
                chunks,
                prompts.stream().map(p -> Optional.of(p.text())).toList(),
                prompts.stream()
                        .map(p -> p.secondText().or(() -> Optional.of(p.text())))
                        .toList(),
                clipSkip);
    }

    /**
     * Encodes the negative prompts. Layers are skipped (clip skip) for prompts only. An absent negative prompt becomes
     * zeros with SDXL where the model says so, otherwise the empty text.
     */
    private Text negative(List<Prompt> prompts, int chunks, Text positive) {
        boolean zeros = denoiser.family() != ModelFamily.SD15 && denoiser.zerosForAbsentPrompt();
        if (zeros && prompts.stream().allMatch(p -> p.negative().isEmpty())) {
            return positive.zeros();
        }
        Function<Prompt, Optional<String>> first =
                p -> zeros ? p.negative() : Optional.of(p.negative().orElse(""));
        Function<Prompt, Optional<String>> second =
                p -> first.apply(p).map(text -> p.secondNegative().orElse(text));
        return text(
                chunks,
                prompts.stream().map(first).toList(),
                prompts.stream().map(second).toList(),
                0);
    }

    /**
     * Encodes a batch of texts.
     *
     * @param chunks the number of chunks to which each text is padded
     * @param first the texts for the first text encoder; empty for zeros
     * @param second the texts for SDXL's second one
     */
    private Text text(int chunks, List<Optional<String>> first, List<Optional<String>> second, int clipSkip) {
        Encoding one = encode(encoders.getFirst(), chunks, first);
        int layers = 1 + clipSkip;
        return switch (denoiser.family()) {
            // One encoder, normalised once more where layers are skipped.
            case SD15 -> {
                ClipTextModel network = encoders.getFirst().network();
                yield new Text(one.states(network.clipSkip(one.output, clipSkip)), one.pooled());
            }
            // Two encoders side by side, before their last layer and not normalised; the second one's pooled output.
            case SDXL -> {
                Encoding two = encode(encoders.getLast(), chunks, second);
                yield new Text(
                        Tensors.cat(-1, one.states(one.output.without(layers)), two.states(two.output.without(layers))),
                        two.pooled());
            }
            // The second of these alone, which reads the first text.
            case SDXL_REFINER -> new Text(one.states(one.output.without(layers)), one.pooled());
        };
    }

    /** Returns SDXL's micro-conditioning, {@code [rows, 6]}, or {@code [rows, 5]} for the refiner. */
    private Tensor timeIds(ImageRequest request, Size size, int count, boolean guided) {
        MicroConditioning micro = request.microConditioning().orElse(MicroConditioning.of(Framing.whole(size)));
        List<float[]> rows = new ArrayList<>();
        if (guided) {
            Framing negative = micro.negative().orElse(micro.positive());
            rows.addAll(
                    Collections.nCopies(count, timeIds(negative, micro.beauty().negative())));
        }
        rows.addAll(Collections.nCopies(
                count, timeIds(micro.positive(), micro.beauty().positive())));
        return Tensors.cat(
                0,
                rows.stream()
                        .map(ids -> onDevice(Tensors.of(ids, 1, ids.length)))
                        .toList());
    }

    private float[] timeIds(Framing framing, double score) {
        float[] ids = {
            framing.originalHeight(),
            framing.originalWidth(),
            framing.cropTop(),
            framing.cropLeft(),
            framing.targetHeight(),
            framing.targetWidth()
        };
        if (denoiser.family() == ModelFamily.SDXL_REFINER) {
            // The refiner takes a score in place of the target's size.
            ids = Arrays.copyOf(ids, 5);
            ids[4] = (float) score;
        }
        return ids;
    }

    private Encoding encode(TextEncoder encoder, int count, List<Optional<String>> texts) {
        List<String> distinct =
                texts.stream().flatMap(Optional::stream).distinct().toList();
        List<Chunk> chunks = new ArrayList<>();
        for (String text : distinct) {
            List<Chunk> own = chunks(encoder, text);
            chunks.addAll(own);
            chunks.addAll(Collections.nCopies(count - own.size(), empty(encoder)));
        }
        boolean weighted = chunks.stream().anyMatch(Chunk::isWeighted);
        List<Chunk> encoded = new ArrayList<>(chunks);
        if (weighted) {
            encoded.add(empty(encoder));
        }
        ClipTextOutput output = encoder.read(onDevice(ids(encoded)));
        long[] rows = texts.stream()
                .mapToLong(text -> text.map(distinct::indexOf).orElse(distinct.size()))
                .toArray();
        return new Encoding(
                output,
                count,
                weighted ? Optional.of(onDevice(weights(chunks))) : Optional.empty(),
                onDevice(Tensors.of(rows, rows.length)));
    }

    private static Chunk empty(TextEncoder encoder) {
        return Chunk.plain(encoder.tokenizer().encode("").ids());
    }

    /** Returns the token ids, {@code [chunks, N]}. */
    private static Tensor ids(List<Chunk> chunks) {
        long[] ids = chunks.stream()
                .flatMap(chunk -> chunk.ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        return Tensors.of(ids, chunks.size(), ids.length / chunks.size());
    }

    /** Returns the weights of the tokens, {@code [chunks, N, 1]}. */
    private static Tensor weights(List<Chunk> chunks) {
        int length = chunks.getFirst().weights().size();
        float[] weights = new float[chunks.size() * length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = chunks.get(i / length).weights().get(i % length).floatValue();
        }
        return Tensors.of(weights, chunks.size(), length, 1);
    }

    /** Notes a warning about a text. It is said once, also where two text encoders truncate the same text. */
    private void warn(String sentence, String text) {
        found.computeIfAbsent(sentence, _ -> new HashSet<>()).add(text);
    }

    private Tensor onDevice(Tensor tensor) {
        return denoiser.device().place(tensor);
    }

    /**
     * The encoder's output for distinct texts, each padded to the same number of chunks.
     *
     * @param chunks the number of chunks of each text
     * @param weights the weight of each token, {@code [texts * chunks, N, 1]}, where any is not 1; the empty text is
     *     then encoded after all others
     * @param rows for each row of the batch the number of its text, or the number of texts for zeros
     */
    private record Encoding(ClipTextOutput output, int chunks, Optional<Tensor> weights, Tensor rows) {
        /**
         * Returns hidden states {@code [texts * chunks, N, D]} weighted and arranged for the batch: {@code [B, chunks *
         * N, D]}.
         */
        Tensor states(Tensor hidden) {
            Tensor own = weights.map(w -> weighted(hidden, w)).orElse(hidden);
            return select(own.reshape(own.size(0) / chunks, chunks * own.size(1), own.size(2)));
        }

        /**
         * Applies the weights, which scale the distance of each token's state from that of the empty text: 1 leaves it,
         * 0 gives the empty text.
         */
        private static Tensor weighted(Tensor hidden, Tensor weights) {
            long last = hidden.size(0) - 1;
            Tensor empty = hidden.narrow(0, last, 1);
            return hidden.narrow(0, 0, last).sub(empty).mul_(weights.to(hidden)).add_(empty);
        }

        /** Returns the pooled vector of each text, which its first chunk gives. */
        Tensor pooled() {
            long texts = (output.pooled().size(0) - weights.map(w -> 1).orElse(0)) / chunks;
            Tensor own = output.pooled().narrow(0, 0, texts * chunks);
            return select(own.reshape(texts, chunks, own.size(1)).select(1, 0));
        }

        /** Arranges a result for distinct texts for the batch. */
        private Tensor select(Tensor distinct) {
            Tensor zeros = torch.zeros_like(distinct.narrow(0, 0, 1));
            return Tensors.cat(0, distinct, zeros).index_select(0, rows);
        }
    }

    /**
     * Encoded texts.
     *
     * @param embeddings the hidden states, {@code [rows, N, D]}
     * @param pooled the pooled vectors, {@code [rows, P]}
     */
    private record Text(Tensor embeddings, Tensor pooled) {
        /** Returns zeros of the same shapes. */
        Text zeros() {
            return new Text(torch.zeros_like(embeddings), torch.zeros_like(pooled));
        }

        Text followedBy(Text other) {
            return new Text(Tensors.cat(0, embeddings, other.embeddings), Tensors.cat(0, pooled, other.pooled));
        }
    }
}
