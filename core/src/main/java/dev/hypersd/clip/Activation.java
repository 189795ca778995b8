package dev.hypersd.clip;

import dev.hypersd.json.JsonObject;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The activation functions between the two layers of a feed-forward network. */
enum Activation {
    /** The exact Gaussian error linear unit. */
    GELU("gelu") {
        @Override
        Tensor apply(Tensor x) {
            return torch.gelu(x);
        }
    },
    /** The approximation {@code x * sigmoid(1.702 x)} of the Gaussian error linear unit. */
    QUICK_GELU("quick_gelu") {
        @Override
        Tensor apply(Tensor x) {
            return x.mul(new Scalar(1.702)).sigmoid_().mul(x);
        }
    };

    private final String key;

    Activation(String key) {
        this.key = key;
    }

    abstract Tensor apply(Tensor x);

    static Activation of(JsonObject json, String key) {
        String name = json.string(key, QUICK_GELU.key);
        return Arrays.stream(values())
                .filter(a -> a.key.equals(name))
                .findFirst()
                .orElseThrow(() -> json.invalid(key, "is " + name + ", neither gelu nor quick_gelu"));
    }
}
