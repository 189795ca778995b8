package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackingTest {
    @TempDir
    Path folder;

    @Test
    void anUnpackedFolderEqualsThePackedOne() throws Exception {
        Path copy = unpack(jar("one", "first"));

        assertThat(copy).hasFileName("model");
        assertThat(copy.resolve("a.txt")).hasContent("first");
        assertThat(copy.resolve("part/b.txt")).hasContent("first, in part");
        assertThat(left()).hasSize(1);
    }

    @Test
    void theSameContentIsUnpackedOnce() throws Exception {
        Path once = unpack(jar("one", "first"));
        Path marked = Files.createFile(once.resolve("marked"));

        assertThat(unpack(jar("two", "first"))).isEqualTo(once);
        assertThat(marked).exists();
    }

    @Test
    void otherContentGetsAnotherFolder() throws Exception {
        Path once = unpack(jar("one", "first"));

        assertThat(unpack(jar("two", "second"))).isNotEqualTo(once);
        assertThat(once.resolve("a.txt")).hasContent("first");
    }

    @Test
    void severalUnpackingsAtOnceLeaveOneCompleteFolder() throws Exception {
        Path jar = jar("one", "first");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Path>> tasks = IntStream.range(0, 16)
                    .<Callable<Path>>mapToObj(i -> () -> unpack(jar))
                    .toList();
            for (Future<Path> result : threads.invokeAll(tasks)) {
                assertThat(result.get().resolve("part/b.txt")).hasContent("first, in part");
            }
        }
        assertThat(left()).hasSize(1);
    }

    private Path unpack(Path jar) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of())) {
            return Unpacking.into(folder.resolve("cache"), zip.getPath("/in/model"));
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("cache"))) {
            return all.toList();
        }
    }

    private Path jar(String name, String text) throws IOException {
        Path jar = folder.resolve(name + ".jar");
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            Files.createDirectories(zip.getPath("/in/model/part"));
            Files.writeString(zip.getPath("/in/model/a.txt"), text);
            Files.writeString(zip.getPath("/in/model/part/b.txt"), text + ", in part");
        }
        return jar;
    }
}
