package dev.hypersd.serve.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    @Test
    void picklesAreNotOfferedWhichAWarningSays() throws IOException {
        Path pickle = Files.createFile(folder.resolve("fox.v1.ckpt"));
        Files.createFile(folder.resolve("boat.PT"));
        Files.createFile(folder.resolve("cat.pth"));
        Files.createFile(folder.resolve("cat.safetensors"));
        Files.createFile(folder.resolve("notes.txt"));
        FileRegistry models = FileRegistry.models(List.of(folder));
        assertThat(models.all().keySet()).containsExactly("cat");
        assertThat(models.warnings())
                .hasSize(2)
                .anyMatch(warning -> warning.startsWith(folder.resolve("boat.PT") + " is not offered"))
                .contains(("%s is not offered: it is a pickle, which could run code; make a safetensors file of it "
                                + "with hypersd convert %s --out %s")
                        .formatted(pickle, pickle, folder.resolve("fox.v1.safetensors")));
    }

    @Test
    void namesMayHaveAnEndingAndAHash() throws IOException {
        Path file = Files.createFile(folder.resolve("fox.v1.safetensors"));
        FileRegistry loras = FileRegistry.loras(Map.of(), List.of(folder));
        for (String name : List.of("fox.v1", "fox.v1.safetensors", "fox.v1.ckpt [6ce0161689]", "fox.v1 [6ce0161689]")) {
            assertThat(loras.find(name)).as(name).contains(file);
        }
        for (String name : List.of("fox", "fox.v1 [none]", "../fox.v1", "fox.v1.safetensors.safetensors")) {
            assertThat(loras.find(name)).as(name).isEmpty();
        }
    }
}
