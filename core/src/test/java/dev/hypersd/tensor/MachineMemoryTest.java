package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On invented machines. */
class MachineMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    @BeforeEach
    void aMachineWith4000MibAvailable() throws IOException {
        write("proc/meminfo", "MemTotal: 8192000 kB\nMemFree: 1000 kB\nMemAvailable:    4096000 kB\nSwapFree: 0 kB\n");
    }

    @Test
    void withoutAContainerTheMachineDecides() {
        assertThat(MachineMemory.available(root)).hasValue(4000 * MIB);
    }

    @Test
    void freeSwapCounts() throws IOException {
        write("proc/meminfo", "MemAvailable: 4096000 kB\nSwapTotal: 2048000 kB\nSwapFree: 1024000 kB\n");
        assertThat(MachineMemory.available(root)).hasValue(5000 * MIB);
    }

    @Test
    void availableMemoryInAContainerIsItsLimitLessMemoryThatCannotBeReclaimed() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        group("sys/fs/cgroup", 1000 * MIB, 700 * MIB, 300 * MIB, 100 * MIB);
        assertThat(MachineMemory.available(root)).hasValue(700 * MIB);
    }

    @Test
    void theNarrowestGroupAroundTheProcessCounts() throws IOException {
        write("proc/self/cgroup", "0::/slice/service\n");
        write("sys/fs/cgroup/slice/service/memory.max", "max\n");
        write("sys/fs/cgroup/slice/service/memory.current", "5\n");
        group("sys/fs/cgroup/slice", 300 * MIB, 100 * MIB, 0, 0);
        group("sys/fs/cgroup", 2000 * MIB, 100 * MIB, 0, 0);
        assertThat(MachineMemory.available(root)).hasValue(200 * MIB);
    }

    @Test
    void theFirstVersionOfGroupsIsReadToo() throws IOException {
        write("proc/self/cgroup", "5:cpu,cpuacct:/\n4:hugetlb,memory:/docker/abc\n0::/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", 500 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", 400 * MIB + "\n");
        write("sys/fs/cgroup/memory/memory.stat", "active_file 1\ntotal_inactive_file " + 50 * MIB + "\n");
        assertThat(MachineMemory.available(root)).hasValue(150 * MIB);
    }

    @Test
    void aGroupOverItsLimitHasNoMemoryLeft() throws IOException {
        write("proc/self/cgroup", "0::/../outside\n");
        group("sys/fs/cgroup", 100 * MIB, 120 * MIB, 0, 0);
        assertThat(MachineMemory.available(root)).hasValue(0);
    }

    @Test
    void withoutTheFilesAvailableMemoryIsUnknown(@TempDir Path empty) {
        assertThat(MachineMemory.available(empty)).isEmpty();
    }

    @Test
    void memoryOfThisMachineIsFound() {
        assertThat(MachineMemory.available()).isPositive();
    }

    private void group(String folder, long limit, long usage, long inactive, long active) throws IOException {
        write(folder + "/memory.max", limit + "\n");
        write(folder + "/memory.current", usage + "\n");
        write(folder + "/memory.stat", "anon 17\nactive_file %d\ninactive_file %d\n".formatted(active, inactive));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
