package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.CaptionEmbeddings.Encoded;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** Encodes captions with the text encoders of a model. */
final class CaptionEncoding {
    private CaptionEncoding() {}

    /**
     * Encodes with SD 1.5's text encoder: the last hidden states {@code [B, N, D]} of token ids that are all of one
     * length.
     */
    static Tensor embed(ClipTextModel network, List<long[]> captions) {
        return network.forward(table(captions)).lastHiddenState();
    }

    /**
     * Loads the text encoders of a model until they are closed.
     *
     * @param empty the token ids of the empty caption
     */
    static CaptionEmbeddings.Encoder open(ModelFiles files, long[] empty) {
        TensorArena arena = new TensorArena();
        ClipTextModel first = Engine.infer(() -> files.part("text_encoder")
                .load(NetworkType.CLIP_TEXT, Dtype.F32, arena)
                .network());
        if (files.family().textEncoders().size() == 1) {
            return encoder(captions -> new Encoded(embed(first, captions), Optional.empty()), arena);
        }
        ClipTextModel second = Engine.infer(() -> files.part("text_encoder_2")
                .load(NetworkType.CLIP_TEXT_WITH_PROJECTION, Dtype.F32, arena)
                .network());
        boolean zeros = files.index().flag("force_zeros_for_empty_prompt", true);
        return encoder(
                captions -> {
                    Encoded both = embed(first, second, captions);
                    return zeros ? silenced(both, captions, empty) : both;
                },
                arena);
    }

    /** Returns a hash that identifies the text encoders of a model. */
    static String fingerprint(ModelFiles files) {
        Fingerprint fingerprint = new Fingerprint();
        files.parts().stream()
                .filter(part -> part.name().startsWith("text_encoder"))
                .forEach(part -> fingerprint.add(Fingerprint.of(part.folder())));
        return fingerprint.digits();
    }

    private static CaptionEmbeddings.Encoder encoder(Function<List<long[]>, Encoded> encode, TensorArena arena) {
        return new CaptionEmbeddings.Encoder() {
            @Override
            public Encoded encode(List<long[]> captions) {
                return encode.apply(captions);
            }

            @Override
            public void close() {
                arena.close();
            }
        };
    }

    /**
     * Encodes with SDXL's two text encoders, whose hidden states before the last layer are concatenated; the ids of the
     * second one follow those of the first.
     */
    private static Encoded embed(ClipTextModel first, ClipTextModel second, List<long[]> captions) {
        Tensor all = table(captions);
        long half = all.size(1) / 2;
        ClipTextOutput one = first.forward(all.narrow(1, 0, half).contiguous());
        ClipTextOutput two = second.forward(all.narrow(1, half, half).contiguous());
        return new Encoded(Tensors.cat(-1, one.without(1), two.without(1)), Optional.of(two.pooled()));
    }

    /** Replaces the embeddings of the empty caption by zeros, as the model was trained. */
    private static Encoded silenced(Encoded encoded, List<long[]> captions, long[] empty) {
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
}
