package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureRecord;
import dev.hypersd.bulk.PictureShards.Contents;
import dev.hypersd.bulk.PictureShards.Packed;
import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetPicturesTest {
    private final ParquetPictures format = new ParquetPictures();

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadAlsoWhereSeedsExceedSixtyThreeBitsAndRowsSeveralGroups() throws IOException {
        // Twenty pictures of a megabyte are two groups.
        List<byte[]> images = IntStream.range(0, 20)
                .mapToObj(i -> {
                    byte[] bytes = new byte[1 << 20];
                    new Random(i).nextBytes(bytes);
                    return bytes;
                })
                .toList();
        List<Packed> pictures = IntStream.range(0, images.size())
                .mapToObj(i -> new Packed(record(2L * i), () -> images.get(i)))
                .toList();
        List<Failure> failures = List.of(
                new Failure(3, 4, "\u00e4 \ud83e\udd8a", "it is too large"), new Failure(99, 100, "", "no prompt"));
        Path file = folder.resolve("00000.parquet");
        format.write(file, new Contents(pictures, failures));

        assertThat(ParquetRows.in(file).size()).isEqualTo(22);
        Contents read = format.read(file);
        assertThat(read.failures()).isEqualTo(failures);
        assertThat(read.pictures())
                .extracting(Packed::record)
                .isEqualTo(pictures.stream().map(Packed::record).toList());
        for (int i : new int[] {0, 19, 15, 16, 3}) {
            assertThat(read.pictures().get(i).content().get()).isEqualTo(images.get(i));
        }
    }

    private static PictureRecord record(long number) {
        return PictureRecord.of(
                number,
                "%08d.png".formatted(number),
                "fingerprint " + number,
                "content " + number,
                new PictureRecord.Details("a fox " + number, -1 - number, number / 8.0, "a fox\nSteps: 4"));
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.parquet"), "PAR1 this is none");
        assertThatThrownBy(() -> format.read(text))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("text.parquet")
                .hasMessageContaining("is damaged or no Parquet file");
        assertThatThrownBy(() -> format.read(folder.resolve("none.parquet"))).hasMessageContaining("not found");
        Path other = folder.resolve("other.parquet");
        MessageType schema = MessageTypeParser.parseMessageType("message other { required int64 number; }");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(other))
                .withType(schema)
                .build()) {
            Group row = new SimpleGroup(schema);
            row.add("number", 1L);
            writer.write(row);
        }
        assertThatThrownBy(() -> format.read(other)).hasMessageContaining("has other columns than those of pictures");
    }
}
