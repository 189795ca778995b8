package dev.hypersd.spark;

import dev.hypersd.data.TarWriter;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Draft;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Writes the pictures and captions of a Parquet file as tar files of {@value #SIZE} samples, which recipes name as
 * {@code data.webdataset}. Tar files that exist are not made again.
 *
 * @param folder the folder of the tar files
 * @param image the column of encoded pictures, as bytes or as a structure with {@code bytes}
 * @param caption the column of captions
 */
record PackSamples(String folder, String image, String caption)
        implements Function<PackSamples.Source, PackSamples.Result> {
    private static final long serialVersionUID = 1L;
    private static final int SIZE = 1000;

    /** The field in which Hugging Face's data sets have the bytes of a picture. */
    private static final String BYTES = "bytes";

    /** The number of broken rows of a file that are named. */
    private static final int NAMED = 20;

    /**
     * A Parquet file.
     *
     * @param number its number among all, with which the names of its tar files begin
     */
    record Source(int number, String file) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * What became of a Parquet file.
     *
     * @param written the number of samples that were written
     * @param kept the number of tar files that existed
     * @param broken the number of rows that lack a picture or a caption
     * @param named sentences about the first of these
     */
    record Result(long written, long kept, long broken, ArrayList<String> named) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Packs all Parquet files that are {@code from} or in it, in the order of their names, and tells {@code err} what
     * became of them.
     *
     * @throws InvalidFileException if there are none, or one cannot be read or lacks a column
     */
    static void run(JavaSparkContext spark, Path from, PackSamples pack, PrintWriter err) {
        List<Path> files = files(from);
        List<Source> sources = IntStream.range(0, files.size())
                .mapToObj(i -> new Source(i, files.get(i).toString()))
                .toList();
        long written = 0;
        long kept = 0;
        long broken = 0;
        try {
            Files.createDirectories(Path.of(pack.folder()));
            for (Result result :
                    spark.parallelize(sources, sources.size()).map(pack).collect()) {
                written += result.written();
                kept += result.kept();
                broken += result.broken();
                result.named().forEach(sentence -> err.println("hypersd-spark: warning: " + sentence));
            }
        } catch (IOException e) {
            throw new HyperSdException(pack.folder() + " cannot be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw Session.failure("packing", e);
        }
        err.println("%d samples are written to %s, %d tar files were there, %d rows are broken"
                .formatted(written, pack.folder(), kept, broken));
    }

    private static List<Path> files(Path from) {
        if (Files.isRegularFile(from)) {
            return List.of(from);
        }
        if (!Files.isDirectory(from)) {
            throw new InvalidFileException(from, "not found");
        }
        try (Stream<Path> all = Files.list(from)) {
            List<Path> files = all.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw new InvalidFileException(from, "has no Parquet files (.parquet)");
            }
            return files;
        } catch (IOException e) {
            throw new InvalidFileException(from, "cannot be listed: " + e.getMessage(), e);
        }
    }

    @Override
    public Result call(Source source) {
        Path file = Path.of(source.file());
        ParquetRows rows = ParquetRows.in(file);
        requireColumns(file, rows);
        ArrayList<String> named = new ArrayList<>();
        long written = 0;
        long kept = 0;
        long broken = 0;
        for (long first = 0; first < rows.size(); first += SIZE) {
            Path tar = Path.of(folder).resolve("%05d-%05d.tar".formatted(source.number(), first / SIZE));
            if (Files.exists(tar)) {
                kept++;
                continue;
            }
            long end = Math.min(first + SIZE, rows.size());
            long samples = write(tar, rows, first, end, sentence -> {
                if (named.size() < NAMED) {
                    named.add("%s: %s".formatted(file, sentence));
                }
            });
            written += samples;
            broken += end - first - samples;
        }
        return new Result(written, kept, broken, named);
    }

    private void requireColumns(Path file, ParquetRows rows) {
        for (String column : new String[] {image, caption}) {
            if (!rows.schema().containsField(column)) {
                throw new InvalidFileException(
                        file,
                        "has no column \"%s\"; there are %s"
                                .formatted(
                                        column,
                                        rows.schema().getFields().stream()
                                                .map(Type::getName)
                                                .toList()));
            }
        }
        Type pictures = rows.schema().getType(image);
        if (!pictures.isPrimitive() && !pictures.asGroupType().containsField(BYTES)) {
            throw new InvalidFileException(
                    file,
                    "has no pictures in the column \"%s\", which is neither binary nor has a field \"%s\""
                            .formatted(image, BYTES));
        }
    }

    /** Writes the rows that have a picture and a caption, and returns how many these are. */
    private long write(Path place, ParquetRows rows, long first, long end, Consumer<String> broken) {
        long count = 0;
        try (Draft draft = Draft.of(place)) {
            try (TarWriter tar = new TarWriter(draft.path())) {
                for (long number = first; number < end; number++) {
                    Group row = rows.get(number);
                    Optional<byte[]> picture = picture(row);
                    Optional<String> text = ParquetRows.text(row, caption).filter(words -> !words.isBlank());
                    if (picture.isEmpty() || text.isEmpty()) {
                        broken.accept(
                                "row %d has no %s".formatted(number + 1, picture.isEmpty() ? "picture" : "caption"));
                        continue;
                    }
                    String key = "%08d".formatted(number);
                    tar.add(key + extension(picture.get()), picture.get());
                    // Lines would be several captions.
                    tar.add(key + ".txt", text.get().replaceAll("\\R", " ").getBytes(StandardCharsets.UTF_8));
                    count++;
                }
            }
            if (count > 0) {
                draft.publish();
            }
            return count;
        } catch (IOException e) {
            throw new HyperSdException(place + " cannot be written: " + e.getMessage(), e);
        }
    }

    private Optional<byte[]> picture(Group row) {
        if (!ParquetRows.has(row, image)) {
            return Optional.empty();
        }
        if (row.getType().getType(image).isPrimitive()) {
            return Optional.of(row.getBinary(image, 0).getBytes());
        }
        Group structure = row.getGroup(image, 0);
        return ParquetRows.has(structure, BYTES)
                ? Optional.of(structure.getBinary(BYTES, 0).getBytes())
                : Optional.empty();
    }

    /** Returns the extension of a picture; readers go by its content, so an unknown one may have any. */
    private static String extension(byte[] picture) {
        int first = picture.length == 0 ? 0 : picture[0] & 0xFF;
        return switch (first) {
            case 0xFF -> ".jpg";
            case 'R' -> ".webp";
            default -> ".png";
        };
    }
}
