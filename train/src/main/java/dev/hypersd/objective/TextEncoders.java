package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.clip.ClipTextModel.TokenVectors;
import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.CaptionEmbeddings.Encoded;
import dev.hypersd.lora.Component;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tensor.WeightStorage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The text encoders of a pretrained model, in memory. They compute with the adapters that are active in the call, into
 * which gradients flow.
 *
 * @param encoders the text encoders, in the order of the model's family
 * @param empty the token ids of the empty caption
 * @param zerosForEmpty whether the empty caption is encoded as zeros
 */
record TextEncoders(List<Encoder> encoders, long[] empty, boolean zerosForEmpty) {
    /**
     * A text encoder.
     *
     * @param component its name in files of LoRAs
     * @param vectors the vectors of a new word, {@code [count, D]}, whose ids follow those of the vocabulary
     */
    record Encoder(
            Component component,
            ClipTextModel network,
            Map<String, Parameter> parameters,
            Optional<Parameter> vectors) {
        Encoder(Component component, Network<ClipTextModel> loaded) {
            this(component, loaded.network(), loaded.parameters(), Optional.empty());
        }

        private ClipTextOutput read(Tensor ids) {
            return network.forward(
                    ids.contiguous(), vectors.map(table -> new TokenVectors(vocabulary(), table.value())));
        }

        private int vocabulary() {
            return network.config().vocabulary();
        }

        /** Returns this encoder with {@code count} vectors that begin as those of {@code ids}, in turn. */
        private Encoder with(int count, List<Integer> ids, TensorArena arena) {
            Parameters made = new Parameters((_, _, _) -> arena.own(TensorScope.scoped(() -> {
                long[] rows = IntStream.range(0, count)
                        .mapToLong(i -> ids.get(i % ids.size()))
                        .toArray();
                return Objects.requireNonNull(parameters.get(TABLE))
                        .base()
                        .index_select(0, Tensors.of(rows, count))
                        .to(Dtype.F32.scalarType());
            })));
            Parameter table =
                    made.take("vectors", Init.ZEROS, count, network.config().width());
            return new Encoder(component, network, parameters, Optional.of(table));
        }
    }

    private static final String TABLE = "text_model.embeddings.token_embedding.weight";

    /**
     * Loads the text encoders of a model. Their weights are held in the type of their files, usually half precision.
     *
     * @param empty the token ids of the empty caption
     */
    static TextEncoders open(ModelFiles files, long[] empty, TensorArena arena) {
        Placement placement = new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU);
        return Engine.infer(() -> new TextEncoders(
                files.family().textEncoders().stream()
                        .map(Component::in)
                        .map(component -> new Encoder(
                                component,
                                files.part(component.folder())
                                        .load(
                                                component == Component.TEXT_ENCODER_2
                                                        ? NetworkType.CLIP_TEXT_WITH_PROJECTION
                                                        : NetworkType.CLIP_TEXT,
                                                placement,
                                                arena)))
                        .toList(),
                empty,
                files.index().flag("force_zeros_for_empty_prompt", true)));
    }

    /** Loads the text encoders of a model until they are closed. */
    static CaptionEmbeddings.Encoder untilClosed(ModelFiles files, long[] empty) {
        TensorArena arena = new TensorArena();
        TextEncoders encoders = open(files, empty, arena);
        return new CaptionEmbeddings.Encoder() {
            @Override
            public Encoded encode(List<long[]> captions) {
                return encoders.encode(captions);
            }

            @Override
            public void close() {
                arena.close();
            }
        };
    }

    /** Returns a hash that identifies the text encoders of a model. */
    static String fingerprint(ModelFiles files) {
        Fingerprint fingerprint = new Fingerprint();
        files.parts().stream()
                .filter(part -> part.name().startsWith("text_encoder"))
                .forEach(part -> fingerprint.add(Fingerprint.of(part.folder())));
        return fingerprint.digits();
    }

    /**
     * Encodes with SD 1.5's text encoder: the last hidden states {@code [B, N, D]} of token ids that are all of one
     * length.
     */
    static Tensor embed(ClipTextModel network, List<long[]> captions) {
        return network.forward(table(captions)).lastHiddenState();
    }

    /**
     * Encodes captions, given as token ids that are all of one length.
     *
     * <p>The hidden states of SDXL's two encoders before their last layer are concatenated; the ids of the second one
     * follow those of the first.
     */
    Encoded encode(List<long[]> captions) {
        Tensor ids = table(captions);
        if (encoders.size() == 1) {
            return new Encoded(encoders.getFirst().read(ids).lastHiddenState(), Optional.empty());
        }
        long half = ids.size(1) / 2;
        ClipTextOutput one = encoders.getFirst().read(ids.narrow(1, 0, half));
        ClipTextOutput two = encoders.getLast().read(ids.narrow(1, half, half));
        Encoded both = new Encoded(Tensors.cat(-1, one.without(1), two.without(1)), Optional.of(two.pooled()));
        return zerosForEmpty ? silenced(both, captions) : both;
    }

    /** Replaces the embeddings of the empty caption by zeros, as the model was trained. */
    private Encoded silenced(Encoded encoded, List<long[]> captions) {
        float[] heard = new float[captions.size()];
        for (int i = 0; i < heard.length; i++) {
            heard[i] = Arrays.equals(captions.get(i), empty) ? 0 : 1;
        }
        return new Encoded(
                encoded.hidden().mul(Tensors.of(heard, heard.length, 1, 1)),
                encoded.pooled().map(pooled -> pooled.mul(Tensors.of(heard, heard.length, 1))));
    }

    private static Tensor table(List<long[]> captions) {
        long[] ids = captions.stream().flatMapToLong(Arrays::stream).toArray();
        return Tensors.of(ids, captions.size(), ids.length / captions.size());
    }

    /**
     * Returns these encoders with vectors for a new word.
     *
     * @param ids the ids, for each encoder, of the text that the vectors begin as
     */
    TextEncoders with(int count, List<List<Integer>> ids, TensorArena arena) {
        return Engine.infer(() -> new TextEncoders(
                IntStream.range(0, encoders.size())
                        .mapToObj(i -> encoders.get(i).with(count, ids.get(i), arena))
                        .toList(),
                empty,
                zerosForEmpty));
    }

    /** Returns the vectors of the new word by the name of their encoder. */
    SequencedMap<String, Parameter> vectors() {
        SequencedMap<String, Parameter> vectors = new LinkedHashMap<>();
        encoders.forEach(encoder -> encoder.vectors()
                .ifPresent(table -> vectors.put(encoder.component().folder(), table)));
        return vectors;
    }

    /** Returns, for each encoder, the ids of {@code count} vectors beyond its vocabulary. */
    List<List<Integer>> newIds(int count) {
        return encoders.stream()
                .map(Encoder::vocabulary)
                .map(first -> IntStream.range(first, first + count).boxed().toList())
                .toList();
    }

    /** Returns the parameters of each encoder by name. */
    Map<Component, Map<String, Parameter>> parameters() {
        Map<Component, Map<String, Parameter>> all = new LinkedHashMap<>();
        encoders.forEach(encoder -> all.put(encoder.component(), encoder.parameters()));
        return all;
    }
}
