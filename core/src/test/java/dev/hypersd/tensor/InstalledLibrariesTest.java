package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledLibrariesTest {
    private static final String PATH = "java.library.path";
    private static final String CACHED = "org.bytedeco.javacpp.cachelibraries";

    private final String path = System.getProperty(PATH, "");

    @TempDir
    Path folder;

    @AfterEach
    void restore() {
        System.setProperty(PATH, path);
        System.clearProperty(CACHED);
    }

    @Test
    void aLibraryIsFoundInAnyFolderOfTheLibraryPath() throws Exception {
        Path library = Files.createFile(folder.resolve("libdnnl.so.3"));
        System.setProperty(PATH, folder.resolve("nowhere") + File.pathSeparator + folder);
        assertThat(NativeSettings.installed("libdnnl.so.3")).contains(library);
        assertThat(NativeSettings.installed("libdnnl.so.4")).isEmpty();
    }

    @Test
    void librariesAreUnpackedUnlessThatIsTurnedOff() {
        assertThat(NativeSettings.areInstalled()).isFalse();
        System.setProperty(CACHED, "true");
        assertThat(NativeSettings.areInstalled()).isFalse();
        System.setProperty(CACHED, "false");
        assertThat(NativeSettings.areInstalled()).isTrue();
    }
}
