package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The processor as the engine should see it. */
final class Cores {
    private static final Path SYSTEM = Path.of("/sys/devices/system/cpu");

    private Cores() {}

    /**
     * Cores that compute independently: two hardware threads of one core share its arithmetic units and only get in each other's
     * way. Limits of a container count. Where the system does not tell (Windows), every processor is taken for a core.
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
}
