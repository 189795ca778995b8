package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.kernel.Attention;
import dev.hypersd.nn.LayerNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Attention and a feed-forward part, each after a LayerNorm and around a shortcut: {@code [B, N, D] -> [B, N, D]}. */
final class VisionBlock {
    private static final int WIDER = 4;

    private final LayerNorm norm1;
    private final Linear queryKeyValue;
    private final Linear out;
    private final LayerNorm norm2;
    private final Linear widen;
    private final Linear narrow;
    private final long heads;

    VisionBlock(Parameters p, long width, long heads) {
        this.norm1 = new LayerNorm(p.at("norm1"), width, BlipVision.EPS);
        this.queryKeyValue = Linear.of(p.at("attn.qkv"), width, 3 * width);
        this.out = Linear.of(p.at("attn.proj"), width, width);
        this.norm2 = new LayerNorm(p.at("norm2"), width, BlipVision.EPS);
        this.widen = Linear.of(p.at("mlp.fc1"), width, WIDER * width);
        this.narrow = Linear.of(p.at("mlp.fc2"), WIDER * width, width);
        this.heads = heads;
    }

    Tensor forward(Tensor x) {
        return chain(
                x,
                h -> attend(norm1.forward(h)).add_(h),
                h -> narrow.forward(torch.gelu(widen.forward(norm2.forward(h)))).add_(h));
    }

    private Tensor attend(Tensor x) {
        long width = x.size(2);
        Tensor all = queryKeyValue.forward(x);
        Tensor query = all.narrow(2, 0, width).contiguous();
        Tensor key = all.narrow(2, width, width).contiguous();
        Tensor value = all.narrow(2, 2 * width, width).contiguous();
        return out.forward(Attention.apply(query, key, value, heads));
    }
}
