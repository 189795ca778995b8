package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Expands patterns such as {@code shard-{000..099}.tar} to the names of files. */
final class ShardPattern {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d{1,9})\\.\\.(\\d{1,9})}");
    private static final Pattern COMPRESSED =
            Pattern.compile(".*\\.(tgz|tar\\.(gz|zst|bz2|xz|lz4))", Pattern.CASE_INSENSITIVE);
    private static final int MOST_FILES = 100_000;

    private ShardPattern() {}

    /**
     * Returns the files that {@code pattern} names: for a folder its tar files in the order of their names, otherwise
     * one file for each combination of the numbers in its ranges ({@code shard-{000..099}.tar}), or a single file if it
     * has none.
     *
     * @throws InvalidRequestException if a range is malformed, or the pattern names no files or too many
     * @throws InvalidFileException if a folder has no tar files, or one is compressed or Parquet
     */
    static List<Path> files(String pattern) {
        Path path = Path.of(pattern);
        if (Files.isDirectory(path)) {
            return inFolder(path);
        }
        List<String> names = List.of(pattern);
        while (names.getFirst().contains("{")) {
            names = expandFirst(names, pattern);
        }
        return names.stream().map(Path::of).map(ShardPattern::readable).toList();
    }

    /** Refuses Parquet, and compressed tar files, in which no sample is found without reading those before it. */
    private static Path readable(Path file) {
        if (ParquetFile.is(file)) {
            throw ParquetFile.refused(file);
        }
        if (COMPRESSED.matcher(file.toString()).matches()) {
            throw new InvalidFileException(file, "is a compressed tar file; unpack it to .tar");
        }
        return file;
    }

    private static List<Path> inFolder(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> shards = files.filter(
                            file -> !file.getFileName().toString().startsWith("."))
                    .map(ShardPattern::readable)
                    .filter(file -> file.toString().endsWith(".tar"))
                    .sorted()
                    .toList();
            if (shards.isEmpty()) {
                throw new InvalidFileException(folder, "has no tar files");
            }
            return shards;
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Replaces the first range in each name by each of its numbers. */
    private static List<String> expandFirst(List<String> names, String pattern) {
        List<String> expanded = new ArrayList<>();
        for (String name : names) {
            Matcher range = RANGE.matcher(name);
            if (!range.find()) {
                throw new InvalidRequestException(
                        pattern + " has braces without a range of numbers; write for example shard-{000..099}.tar");
            }
            String from = range.group(1);
            int first = Integer.parseInt(from);
            int last = Integer.parseInt(range.group(2));
            if (last < first || (last - first + 1L) * names.size() > MOST_FILES) {
                throw new InvalidRequestException(
                        "%s stands for no files or for more than %d: %s".formatted(pattern, MOST_FILES, range.group()));
            }
            String width = from.startsWith("0") ? "%0" + from.length() + "d" : "%d";
            for (int number = first; number <= last; number++) {
                expanded.add(name.substring(0, range.start()) + width.formatted(number) + name.substring(range.end()));
            }
        }
        return expanded;
    }
}
