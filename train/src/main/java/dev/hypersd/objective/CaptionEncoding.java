package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What text encoders of SD 1.5's kind tell a U-Net. */
final class CaptionEncoding {
    private CaptionEncoding() {}

    /** The last hidden states {@code [B, N, D]} for token ids that are all of one length. */
    static Tensor embed(ClipTextModel network, List<long[]> captions) {
        int each = captions.getFirst().length;
        long[] ids = new long[captions.size() * each];
        for (int i = 0; i < captions.size(); i++) {
            System.arraycopy(captions.get(i), 0, ids, i * each, each);
        }
        return network.forward(Tensors.of(ids, captions.size(), each)).lastHiddenState();
    }

    /** Loads a text encoder for as long as it is needed. */
    static CaptionEmbeddings.Encoder open(ModelPart textEncoder) {
        TensorArena arena = new TensorArena();
        ClipTextModel network = Engine.infer(
                () -> textEncoder.load(NetworkType.CLIP_TEXT, Dtype.F32, arena).network());
        return new CaptionEmbeddings.Encoder() {
            @Override
            public Tensor embed(List<long[]> captions) {
                return CaptionEncoding.embed(network, captions);
            }

            @Override
            public void close() {
                arena.close();
            }
        };
    }
}
