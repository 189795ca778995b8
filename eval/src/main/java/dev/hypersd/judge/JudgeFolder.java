package dev.hypersd.judge;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where judges are: each in a folder of its name, or in {@code model} below that, where a training leaves it. */
public final class JudgeFolder {
    private static final String TRAINED = "model";

    private JudgeFolder() {}

    /** The folder of the judge {@code name} among {@code judges}, whether or not it is there. */
    public static Path of(Path judges, String name) {
        Path folder = judges.resolve(name);
        Path trained = folder.resolve(TRAINED);
        return Files.isDirectory(trained) ? trained : folder;
    }
}
