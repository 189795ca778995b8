package dev.hypersd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftTest {
    @TempDir
    Path folder;

    @Test
    void aPublishedDraftReplacesTheExistingFile() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "old");
        try (Draft draft = Draft.of(file)) {
            Files.writeString(draft.path(), "new");
            assertThat(file).hasContent("old");
            draft.publish();
        }
        assertThat(folder).isDirectoryContaining(file::equals);
        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void unpublishedDraftsAreDeleted() throws IOException {
        try (Draft draft = Draft.of(folder.resolve("a.txt"))) {
            Files.writeString(draft.path(), "half");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderIsPublishedOrDeletedWithItsContent() throws IOException {
        try (Draft draft = Draft.of(folder.resolve("kept"));
                Draft dropped = Draft.of(folder.resolve("dropped"))) {
            for (Draft each : new Draft[] {draft, dropped}) {
                Files.createDirectories(each.path().resolve("inner"));
                Files.writeString(each.path().resolve("inner/file"), "text");
            }
            draft.publish();
        }
        assertThat(folder.resolve("kept/inner/file")).hasContent("text");
        assertThat(folder.toFile().list()).containsExactly("kept");
    }

    @Test
    void aDraftThatCannotReplaceAFolderIsDeleted() throws IOException {
        Path taken = Files.createDirectory(folder.resolve("a.txt"));
        assertThatThrownBy(() -> {
                    try (Draft draft = Draft.of(taken)) {
                        Files.writeString(draft.path(), "text");
                        draft.publish();
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(folder.toFile().list()).containsExactly("a.txt");
    }

    @Test
    void openDraftsAreDeletedAtTheEndOfTheProgram() throws IOException {
        try (Draft draft = Draft.of(folder.resolve("model"))) {
            Files.createDirectory(draft.path());
            Files.writeString(draft.path().resolve("weights"), "half");
            Draft.removeAll();
            assertThat(folder).isEmptyDirectory();
        }
    }
}
