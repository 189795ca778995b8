package dev.hypersd.spark;

import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureRecord;
import dev.hypersd.bulk.PictureShards;
import dev.hypersd.bulk.PictureShards.Contents;
import dev.hypersd.bulk.PictureShards.Packed;
import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Parquet files of pictures, with a row for each: its number and that of its row in the file of prompts, the prompt in
 * {@code text}, and either {@code image} (a PNG), {@code seed}, {@code seconds}, {@code parameters} and what identifies
 * the picture, or {@code error}.
 */
final class ParquetPictures implements PictureShards.Format {
    static final String IMAGE = "image";
    static final String TEXT = "text";
    private static final String NUMBER = "number";
    private static final String ROW = "row";
    private static final String SEED = "seed";
    private static final String SECONDS = "seconds";
    private static final String PARAMETERS = "parameters";
    private static final String ERROR = "error";
    private static final String FINGERPRINT = "fingerprint";
    private static final String CONTENT = "sha256";

    /** Bytes of rows that are in memory when a file is written or read; a picture of 1024x1024 has about 1.5 MB. */
    private static final long GROUP = 16L << 20;

    private static final MessageType SCHEMA = Types.buildMessage()
            .required(PrimitiveTypeName.INT64)
            .named(NUMBER)
            .optional(PrimitiveTypeName.INT64)
            .named(ROW)
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(TEXT)
            .optional(PrimitiveTypeName.BINARY)
            .named(IMAGE)
            .optional(PrimitiveTypeName.INT64)
            .as(LogicalTypeAnnotation.intType(Long.SIZE, false))
            .named(SEED)
            .optional(PrimitiveTypeName.DOUBLE)
            .named(SECONDS)
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(PARAMETERS)
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(ERROR)
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(FINGERPRINT)
            .optional(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(CONTENT)
            .named("pictures");

    @Override
    public String extension() {
        return "parquet";
    }

    @Override
    public boolean hasFailures() {
        return true;
    }

    @Override
    public Contents read(Path file) {
        ParquetRows rows = ParquetRows.in(file);
        if (!rows.schema().equals(SCHEMA)) {
            throw new InvalidFileException(
                    file, "has other columns than those of pictures drawn from a file of prompts; name another output");
        }
        List<Packed> pictures = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        for (long i = 0; i < rows.size(); i++) {
            Group row = rows.get(i);
            if (ParquetRows.has(row, IMAGE)) {
                long number = i;
                pictures.add(new Packed(
                        record(row), () -> rows.get(number).getBinary(IMAGE, 0).getBytes()));
            } else {
                failures.add(new Failure(
                        row.getLong(NUMBER, 0), row.getLong(ROW, 0), row.getString(TEXT, 0), row.getString(ERROR, 0)));
            }
        }
        return new Contents(pictures, failures);
    }

    private static PictureRecord record(Group row) {
        long number = row.getLong(NUMBER, 0);
        return PictureRecord.of(
                number,
                "%08d.png".formatted(number),
                row.getString(FINGERPRINT, 0),
                row.getString(CONTENT, 0),
                new PictureRecord.Details(
                        row.getString(TEXT, 0),
                        row.getLong(SEED, 0),
                        row.getDouble(SECONDS, 0),
                        row.getString(PARAMETERS, 0)));
    }

    @Override
    public void write(Path file, Contents contents) throws IOException {
        // PNGs do not become smaller.
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(SCHEMA)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .withDictionaryEncoding(false)
                .withRowGroupSize(GROUP)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            int failed = 0;
            for (Packed picture : contents.pictures()) {
                while (failed < contents.failures().size()
                        && contents.failures().get(failed).number()
                                < picture.record().number()) {
                    writer.write(row(contents.failures().get(failed++)));
                }
                writer.write(row(picture));
            }
            while (failed < contents.failures().size()) {
                writer.write(row(contents.failures().get(failed++)));
            }
        }
    }

    private static Group row(Packed picture) {
        PictureRecord record = picture.record();
        PictureRecord.Details details = record.details();
        Group row = new SimpleGroup(SCHEMA);
        row.add(NUMBER, record.number());
        row.add(TEXT, details.text());
        row.add(IMAGE, Binary.fromConstantByteArray(picture.content().get()));
        row.add(SEED, details.seed());
        row.add(SECONDS, details.seconds());
        row.add(PARAMETERS, details.parameters());
        row.add(FINGERPRINT, record.fingerprint());
        row.add(CONTENT, record.content());
        return row;
    }

    private static Group row(Failure failure) {
        Group row = new SimpleGroup(SCHEMA);
        row.add(NUMBER, failure.number());
        row.add(ROW, failure.row());
        row.add(TEXT, failure.prompt());
        row.add(ERROR, failure.reason());
        return row;
    }
}
