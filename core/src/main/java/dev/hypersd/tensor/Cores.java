package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The properties of the processor that matter to the engine. */
final class Cores {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");
    private static final Path ABILITIES = Path.of("/proc/cpuinfo");

    /** The names of processor features for products in BF16: with AVX-512, with AMX, and on ARM. */
    private static final Pattern BF16 = Pattern.compile("\\b(avx512_bf16|amx_bf16|bf16)\\b");

    private static final boolean MULTIPLY_BF16;
    private static final boolean HAVE_AVX512;
    private static final boolean ARE_INTELS;

    static {
        String abilities = abilities();
        MULTIPLY_BF16 = BF16.matcher(abilities).find();
        HAVE_AVX512 = abilities.contains(" avx512f ");
        ARE_INTELS = abilities.contains("GenuineIntel");
    }

    private Cores() {}

    /**
     * Returns the number of physical cores within the limits of a container, since two hardware threads of a core share
     * its arithmetic units. Where the system does not report cores (Windows), every processor counts as one.
     */
    static int physical() {
        int processors = Runtime.getRuntime().availableProcessors();
        Set<String> cores = new HashSet<>();
        try (DirectoryStream<Path> each = Files.newDirectoryStream(SYSTEM, "cpu[0-9]*")) {
            for (Path cpu : each) {
                Path siblings = cpu.resolve("topology/core_cpus_list");
                if (Files.isReadable(siblings)) {
                    cores.add(Files.readString(siblings));
                }
            }
        } catch (IOException e) {
            return processors;
        }
        return cores.isEmpty() ? processors : Math.min(processors, cores.size());
    }

    /**
     * Returns whether the processor has instructions for products in BF16, which makes them faster than in F32. Where
     * the system does not report them (Windows, macOS), it is assumed not to.
     */
    static boolean multiplyBf16() {
        return MULTIPLY_BF16;
    }

    /** Returns whether the processor has AVX-512, as far as the system reports it. */
    static boolean haveAvx512() {
        return HAVE_AVX512;
    }

    /** Returns whether the processor was made by Intel, as far as the system reports it. */
    static boolean areIntels() {
        return ARE_INTELS;
    }

    private static String abilities() {
        try {
            return Files.readString(ABILITIES);
        } catch (IOException e) {
            return "";
        }
    }
}
