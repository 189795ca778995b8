package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The processor as the engine should see it. */
final class Cores {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");
    private static final Path ABILITIES = Path.of("/proc/cpuinfo");

    /** The names that processors give to instructions that multiply BF16: with AVX-512, with AMX, and on ARM. */
    private static final Pattern BF16 = Pattern.compile("\\b(avx512_bf16|amx_bf16|bf16)\\b");

    private static final boolean MULTIPLY_BF16 = readMultiplyBf16();

    private Cores() {}

    /**
     * Cores that compute independently: two hardware threads of one core share its arithmetic units and only get in
     * each other's way. Limits of a container count. Where the system does not tell (Windows), every processor is taken
     * for a core.
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
     * Returns whether products in BF16 are the processor's own, and faster than in F32. Where the system does not tell
     * (Windows, macOS), they are taken not to be.
     */
    static boolean multiplyBf16() {
        return MULTIPLY_BF16;
    }

    private static boolean readMultiplyBf16() {
        try {
            return BF16.matcher(Files.readString(ABILITIES)).find();
        } catch (IOException e) {
            return false;
        }
    }
}
