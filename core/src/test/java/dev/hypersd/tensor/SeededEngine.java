package dev.hypersd.tensor;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Every test draws the same random tensors, whatever ran before it in its process. */
public final class SeededEngine implements BeforeEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
        Engine.call(() -> {
            torch.manual_seed(0);
            return 0;
        });
    }
}
