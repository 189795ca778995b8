package dev.hypersd.preprocess;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;

/** Work with OpenCV, on the caller's thread. */
final class OpenCv {
    private OpenCv() {}

    /** Runs {@code work} and frees every matrix made by it. */
    static Image scoped(Supplier<Image> work) {
        Engine.awaitLoaded();
        try (PointerScope scope = new PointerScope()) {
            return work.get();
        }
    }
}
