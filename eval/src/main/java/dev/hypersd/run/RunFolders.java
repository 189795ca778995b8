package dev.hypersd.run;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The runs in a folder and in the folders below it. Links are not followed, so that nothing outside of the folder is
 * read. Safe to share between threads.
 */
public final class RunFolders {
    /** How deep runs are looked for, and among how many files and folders. */
    private static final int DEEPEST = 6;

    private static final int MOST_VISITS = 100_000;
    private static final int MOST_RUNS = 500;

    /** Runs whose curves are remembered; each takes up 6 MiB at most. */
    private static final int MOST_REMEMBERED = 16;

    private static final Set<String> PARTS = Set.of("checkpoints", "samples", "tensorboard", "model");

    private final Path root;
    private final RecipeReader recipes;
    private final Map<String, RunFolder> remembered = new LinkedHashMap<>(16, 0.75F, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RunFolder> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private RunFolders(Path root, RecipeReader recipes) {
        this.root = root;
        this.recipes = recipes;
    }

    /**
     * Opens a folder.
     *
     * @param recipes reads the recipes of runs
     * @throws InvalidRequestException if there is no such folder
     */
    public static RunFolders in(Path root, RecipeReader recipes) {
        try {
            if (!Files.isDirectory(root)) {
                throw new InvalidRequestException(root + " is not a folder; name the folder that runs are written to");
            }
            return new RunFolders(root.toRealPath(), recipes);
        } catch (IOException e) {
            throw new HyperSdException(root + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the runs up to six folders deep, those that moved last first; of very many, 500.
     *
     * @throws HyperSdException if the folder cannot be read
     */
    public List<RunState> states() {
        Runs runs = new Runs();
        try {
            Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEEPEST, runs);
        } catch (IOException e) {
            throw new HyperSdException(root + " cannot be read: " + e.getMessage(), e);
        }
        return runs.found.stream()
                .map(folder -> new RunFolder(name(folder), folder, recipes).state())
                .sorted(Comparator.comparing(RunState::moved).reversed().thenComparing(RunState::name))
                .toList();
    }

    private String name(Path folder) {
        String name = root.relativize(folder)
                .toString()
                .replace(folder.getFileSystem().getSeparator(), "/");
        return name.isEmpty() ? "." : name;
    }

    /**
     * Returns the run of a name.
     *
     * @param name as in {@link RunState}, of untrusted origin
     */
    public Optional<RunFolder> find(String name) {
        Optional<Path> folder = folder(name);
        synchronized (remembered) {
            return folder.map(path -> remembered.computeIfAbsent(name, _ -> new RunFolder(name, path, recipes)));
        }
    }

    /** Returns the folder of a run; empty if the name leads elsewhere, over a link, or to no run. */
    private Optional<Path> folder(String name) {
        try {
            Path folder = name.equals(".") ? root : root.resolve(name);
            boolean inside = folder.startsWith(root)
                    && folder.toRealPath().equals(folder)
                    && name(folder).equals(name);
            return inside && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && RunFolder.isRun(folder)
                    ? Optional.of(folder)
                    : Optional.empty();
        } catch (InvalidPathException | IOException e) {
            return Optional.empty(); // There is no such folder.
        }
    }

    /** Collects the folders of runs. */
    private static final class Runs extends SimpleFileVisitor<Path> {
        private final List<Path> found = new ArrayList<>();
        private int visits;

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (visits++ > MOST_VISITS || found.size() == MOST_RUNS) {
                return FileVisitResult.TERMINATE;
            }
            if (PARTS.contains(String.valueOf(folder.getFileName())) && visits > 1) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (RunFolder.isRun(folder)) {
                found.add(folder);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return visits++ > MOST_VISITS ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        /** Passes over what cannot be read or has just been removed. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException reason) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException reason) {
            return FileVisitResult.CONTINUE;
        }
    }
}
