package dev.hypersd.spark;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/**
 * The rows of a Parquet file by their numbers. One group of rows is in memory at a time, so rows are best read in their
 * order. Not safe to share between threads.
 */
final class ParquetRows {
    private final Path file;
    private final MessageType schema;

    /** The number of the first row of each group, and at the end the number of rows. */
    private final long[] firsts;

    private int group = -1;
    private List<Group> rows = List.of();

    private ParquetRows(Path file, MessageType schema, long... firsts) {
        this.file = file;
        this.schema = schema;
        this.firsts = firsts;
    }

    /**
     * Reads what the file says of its rows.
     *
     * @throws InvalidFileException if it is missing, damaged or no Parquet file
     */
    static ParquetRows in(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidFileException(file, "not found");
        }
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            List<BlockMetaData> groups = reader.getFooter().getBlocks();
            long[] firsts = new long[groups.size() + 1];
            for (int i = 0; i < groups.size(); i++) {
                firsts[i + 1] = firsts[i] + groups.get(i).getRowCount();
            }
            return new ParquetRows(file, reader.getFooter().getFileMetaData().getSchema(), firsts);
        } catch (IOException | RuntimeException e) {
            throw damaged(file, e);
        }
    }

    private static InvalidFileException damaged(Path file, Exception cause) {
        return new InvalidFileException(file, "is damaged or no Parquet file: " + cause.getMessage(), cause);
    }

    MessageType schema() {
        return schema;
    }

    /** Returns the number of rows. */
    long size() {
        return firsts[firsts.length - 1];
    }

    /** Returns row {@code number}, from 0. */
    Group get(long number) {
        int wanted = 0;
        while (firsts[wanted + 1] <= number) {
            wanted++;
        }
        if (wanted != group) {
            rows = read(wanted);
            group = wanted;
        }
        return rows.get((int) (number - firsts[wanted]));
    }

    private List<Group> read(int wanted) {
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            PageReadStore pages = reader.readRowGroup(wanted);
            RecordReader<Group> records =
                    new ColumnIOFactory().getColumnIO(schema).getRecordReader(pages, new GroupRecordConverter(schema));
            List<Group> read = new ArrayList<>();
            for (long i = 0; i < pages.getRowCount(); i++) {
                read.add(records.read());
            }
            return read;
        } catch (IOException | ParquetRuntimeException e) {
            throw damaged(file, e);
        }
    }

    /** Returns the text in a column of a row; empty if there is none. */
    static Optional<String> text(Group row, String column) {
        return has(row, column) ? Optional.of(row.getString(column, 0)) : Optional.empty();
    }

    /** Returns whether a row has a value in a column. */
    static boolean has(Group row, String column) {
        return row.getType().containsField(column) && row.getFieldRepetitionCount(column) > 0;
    }
}
