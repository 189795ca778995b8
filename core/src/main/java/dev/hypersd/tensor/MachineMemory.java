package dev.hypersd.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/**
 * Measures the memory that is available to this process.
 *
 * <p>Linux reports the available memory of the machine (proc(5)) and the limits of a container (cgroups, both
 * versions). Cached files count as available, because the kernel drops them when memory is needed; swap space counts
 * too. Other systems report only the total memory.
 */
public final class MachineMemory {
    private static final long KIB = 1024;

    private MachineMemory() {}

    /** Returns the available memory in bytes at this moment. */
    public static long available() {
        return available(Path.of("/")).orElseGet(Pointer::totalPhysicalBytes);
    }

    /** Returns the available memory according to the files of Linux under {@code root}; empty if they do not exist. */
    static OptionalLong available(Path root) {
        List<String> machine = lines(root.resolve("proc/meminfo"));
        OptionalLong free = number(machine, "MemAvailable:");
        if (free.isEmpty()) {
            return free;
        }
        long ofMachine = (free.getAsLong() + number(machine, "SwapFree:").orElse(0)) * KIB;
        LongStream ofContainers =
                lines(root.resolve("proc/self/cgroup")).stream().flatMapToLong(line -> left(root, line));
        return LongStream.concat(LongStream.of(ofMachine), ofContainers).min();
    }

    /**
     * Returns the memory that is left within the control groups in a line of {@code /proc/self/cgroup}: the group
     * itself and all groups around it.
     *
     * @param line {@code 0::/group} in version 2, {@code 4:memory:/group} in version 1
     */
    private static LongStream left(Path root, String line) {
        String[] parts = line.split(":", 3);
        if (parts.length < 3) {
            return LongStream.empty();
        }
        if (parts[1].isEmpty()) {
            return groups(root.resolve("sys/fs/cgroup"), parts[2])
                    .flatMapToLong(group -> left(group, "memory.max", "memory.current", ""));
        }
        return List.of(parts[1].split(",")).contains("memory")
                ? groups(root.resolve("sys/fs/cgroup/memory"), parts[2])
                        .flatMapToLong(group -> left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_"))
                : LongStream.empty();
    }

    /** Returns the folder of a group and those of the groups around it, as far as a container shows them. */
    private static Stream<Path> groups(Path all, String name) {
        Path group = all.resolve(name.replaceFirst("^/+", "")).normalize();
        return group.startsWith(all)
                ? Stream.iterate(group, folder -> folder.startsWith(all), Path::getParent)
                : Stream.of(all);
    }

    /** Returns the memory that is left within one group, if it has a limit. */
    private static LongStream left(Path group, String limitFile, String usageFile, String statisticsPrefix) {
        OptionalLong limit = number(lines(group.resolve(limitFile)), "");
        OptionalLong usage = number(lines(group.resolve(usageFile)), "");
        if (limit.isEmpty() || usage.isEmpty()) {
            return LongStream.empty();
        }
        List<String> statistics = lines(group.resolve("memory.stat"));
        long cached = number(statistics, statisticsPrefix + "inactive_file ").orElse(0)
                + number(statistics, statisticsPrefix + "active_file ").orElse(0);
        return LongStream.of(Math.max(0, limit.getAsLong() - usage.getAsLong() + cached));
    }

    /** Returns the number in the line that begins with {@code key}, without its unit. */
    private static OptionalLong number(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip().split(" ", 2)[0])
                .filter(number -> number.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
