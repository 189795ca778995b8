package dev.hypersd.bulk;

import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.LineFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file in JSON lines that lists what cannot be drawn. Without failures there is none. */
public record FailureFile(LineFile file) {
    private static final String NAME = "failures.jsonl";

    /** Begins the list of a run into {@code folder}, which exists; that of the run before is removed. */
    public static FailureFile begin(Path folder) {
        Path path = folder.resolve(NAME);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new HyperSdException(path + " cannot be removed: " + e.getMessage(), e);
        }
        return new FailureFile(new LineFile(path));
    }

    /** Returns the file, whether or not it exists. */
    public Path path() {
        return file.path();
    }

    /** Adds failures. */
    public void add(List<Failure> failures) {
        if (!failures.isEmpty()) {
            file.append(failures.stream().map(Failure::line).toList());
        }
    }
}
