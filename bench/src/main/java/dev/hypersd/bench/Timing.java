package dev.hypersd.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * The durations of several rounds of the same work, in seconds.
 *
 * @param wall the elapsed time of each round
 * @param cpu the processor time of each round, of all threads together, which varies less on a busy machine
 */
record Timing(List<Double> wall, List<Double> cpu) {
    /** Runs {@code work} once to warm up and then {@code rounds} times. */
    static Timing of(int rounds, Supplier<?> work) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Object unused = work.get();
        double[] wall = new double[rounds];
        double[] cpu = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            long began = System.nanoTime();
            long used = system.getProcessCpuTime();
            unused = work.get();
            wall[round] = (System.nanoTime() - began) / 1e9;
            cpu[round] = (system.getProcessCpuTime() - used) / 1e9;
        }
        return new Timing(list(wall), list(cpu));
    }

    static double median(List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    static double best(List<Double> seconds) {
        return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** Returns the largest resident set of this process so far, in MiB; 0 if the system does not report it. */
    static long peakMebibytes() {
        return mebibytes("VmHWM:");
    }

    /** Returns the present resident set of this process, in MiB; 0 if the system does not report it. */
    static long residentMebibytes() {
        return mebibytes("VmRSS:");
    }

    private static long mebibytes(String name) {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    private static List<Double> list(double[] seconds) {
        return Arrays.stream(seconds).mapToObj(s -> Math.round(s * 1e4) / 1e4).toList();
    }
}
