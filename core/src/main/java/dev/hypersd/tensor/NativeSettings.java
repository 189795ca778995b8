package dev.hypersd.tensor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Sets system properties that JavaCPP must have before its first class is loaded. Those that are already set are not
 * changed.
 */
final class NativeSettings {
    private static final String BLAS = "org.bytedeco.openblas.load";
    private static final String MKL = "mkl";

    private NativeSettings() {}

    /**
     * Sets the properties. Classes through which this library reaches the engine call this first; repeated calls have
     * no effect.
     */
    static void apply() {
        // MKL where it is on the class path, OpenBLAS otherwise.
        preset(BLAS, MKL);
        // By default an allocation is refused once the process occupies four Java heaps, which a large model does by
        // being mapped.
        // Native memory has owners here (TensorScope, TensorArena), so there is nothing that a forced garbage
        // collection could free.
        preset("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }

    /** Returns whether MKL is to be used where it is on the class path. */
    static boolean mklIsWanted() {
        return System.getProperty(BLAS, MKL).equals(MKL);
    }

    /**
     * Returns whether the native libraries lie in a folder of {@code java.library.path} and are not unpacked from jars:
     * {@code -Dorg.bytedeco.javacpp.cachelibraries=false}.
     */
    static boolean areInstalled() {
        return "false".equals(System.getProperty("org.bytedeco.javacpp.cachelibraries"));
    }

    /** Returns the library {@code file} in the folders of {@code java.library.path}. */
    static Optional<Path> installed(String file) {
        return Arrays.stream(System.getProperty("java.library.path", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, file))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static void preset(String property, String value) {
        System.getProperties().putIfAbsent(property, value);
    }
}
