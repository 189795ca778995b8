package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;

/** Refuses Parquet files, whose reader is a part of Spark. */
final class ParquetFile {
    private static final String EXTENSION = ".parquet";

    /** Captions of the other pictures in a folder, as Hugging Face's data sets may have them. */
    static final String METADATA = "metadata" + EXTENSION;

    private ParquetFile() {}

    static boolean is(Path file) {
        return file.toString().endsWith(EXTENSION);
    }

    /** Returns the exception for a file, which says how its pictures can be learned. */
    static InvalidFileException refused(Path file) {
        String way = file.endsWith(METADATA)
                ? "write the captions to metadata.csv, with the columns file_name and text"
                : "pack its pictures and captions into tar files with hypersd-spark encode --parquet, see"
                        + " docs/spark.md";
        return new InvalidFileException(file, "is Parquet, which is read through Spark only; " + way);
    }
}
