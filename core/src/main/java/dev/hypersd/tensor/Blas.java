package dev.hypersd.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.Loader;

/**
 * The library of matrix products that the engine uses, identified by its own exported functions. The engine loads it
 * under the name {@code libopenblas}, whichever it is.
 *
 * @param name the name that the library reports
 * @param mkl whether it is Intel's MKL
 * @param usesAvx512 whether it multiplies with AVX-512 on this processor
 */
record Blas(String name, boolean mkl, boolean usesAvx512) {
    private static final int LONGEST_NAME = 256;

    /** OpenBLAS' names of processors with AVX-512. */
    private static final Set<String> OPENBLAS_AVX512 = Set.of("SkylakeX", "Cooperlake", "SapphireRapids");

    /** Identifies the loaded library. The engine must have started. */
    static Blas loaded() {
        SymbolLookup libraries = SymbolLookup.loaderLookup();
        Optional<MemorySegment> mkl = libraries.find("MKL_Get_Version_String");
        if (mkl.isPresent()) {
            // MKL takes code for AVX2 on all other makers' processors.
            return new Blas(mklVersion(mkl.get()), true, Cores.areIntels());
        }
        boolean wide = libraries
                .find("openblas_get_corename")
                .map(Blas::text)
                .filter(OPENBLAS_AVX512::contains)
                .isPresent();
        return new Blas(libraries.find("openblas_get_config").map(Blas::text).orElse("unknown BLAS"), false, wide);
    }

    /**
     * Returns advice for a slow library; empty if no faster one exists for this machine, or if another one than MKL was
     * asked for.
     */
    Optional<String> advice() {
        boolean possible = Loader.getPlatform().endsWith("x86_64") && NativeSettings.mklIsWanted();
        return mkl || !possible
                ? Optional.empty()
                : Optional.of(name + " multiplies matrices, MKL would make attention about three times faster: add the "
                        + "dependency " + Engine.artefact("mkl")
                        + ", which is of type pom, or set -Dorg.bytedeco.openblas.load=openblas to stay without it.");
    }

    /** Calls {@code void MKL_Get_Version_String(char* buffer, int length)}. */
    private static String mklVersion(MemorySegment function) {
        var call = Linker.nativeLinker()
                .downcallHandle(function, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LONGEST_NAME);
            call.invokeExact(buffer, LONGEST_NAME - 1);
            // "Intel(R) oneAPI Math Kernel Library Version 2025.3-Product Build 20251007 for Intel(R) 64 architecture
            // applications"
            return buffer.getString(0)
                    .replaceAll(".*Version (\\S+?)(-Product.*| .*|$)", "MKL $1")
                    .strip();
        } catch (Throwable e) {
            throw new IllegalStateException("MKL does not report its version", e);
        }
    }

    /** Calls {@code char* function()}. */
    private static String text(MemorySegment function) {
        var call = Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS));
        try {
            MemorySegment text = (MemorySegment) call.invokeExact();
            return text.reinterpret(LONGEST_NAME).getString(0).strip();
        } catch (Throwable e) {
            throw new IllegalStateException("OpenBLAS does not report its version", e);
        }
    }
}
