package dev.hypersd.tensor;

/**
 * Sets system properties that JavaCPP must have before its first class is loaded. Those that are already set are not
 * changed.
 */
final class NativeSettings {
    private NativeSettings() {}

    /**
     * Sets the properties. Classes through which this library reaches the engine call this first; repeated calls have
     * no effect.
     */
    static void apply() {
        // MKL where it is on the class path, OpenBLAS otherwise.
        preset("org.bytedeco.openblas.load", "mkl");
        // By default an allocation is refused once the process occupies four Java heaps, which a large model does by
        // being mapped.
        // Native memory has owners here (TensorScope, TensorArena), so there is nothing that a forced garbage
        // collection could free.
        preset("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }

    private static void preset(String property, String value) {
        System.getProperties().putIfAbsent(property, value);
    }
}
