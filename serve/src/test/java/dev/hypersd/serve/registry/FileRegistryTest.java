package dev.hypersd.serve.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRegistryTest {
    @TempDir
    Path folder;

    @Test
    void modelsAreFoldersAndCheckpointsInOneFile() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("boat")).resolve("model_index.json"), "{}");
        Path file = Files.createFile(folder.resolve("fox.safetensors"));
        Files.createFile(folder.resolve("notes.txt"));
        Files.createDirectory(folder.resolve("empty"));
        FileRegistry models = FileRegistry.models(List.of(folder));
        assertThat(models.all().keySet()).containsExactly("boat", "fox");
        assertThat(models.find("fox")).contains(file);
    }
}
