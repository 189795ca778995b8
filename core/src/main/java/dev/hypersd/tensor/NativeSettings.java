package dev.hypersd.tensor;

/**
 * System properties that JavaCPP must have before its first class loads. Those that are set already stay as they are.
 */
final class NativeSettings {
    private NativeSettings() {}

    /**
     * To be called first thing by the classes through which this library reaches the engine. Repeating it changes
     * nothing.
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
