package dev.hypersd.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes, against the definitions of record_writer.h, event.proto and summary.proto of TensorFlow. */
class EventFileTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(2), ZoneOffset.UTC);

    /** Field 1, eight bytes: 2.0. */
    private static final String TIME = "09" + "0000000000000040";

    @TempDir
    Path folder;

    @Test
    void beginsWithTheVersion() throws Exception {
        EventFile.in(folder, CLOCK).close();

        ByteBuffer file = read();
        assertThat(next(file)).isEqualTo(TIME + "1a0d" + hex("brain.Event:2"));
        assertThat(file.hasRemaining()).isFalse();
    }

    @Test
    void aScalarIsAValueOfASummary() throws Exception {
        try (EventFile events = EventFile.in(folder, CLOCK)) {
            events.scalars(300, Map.of("vae/loss", 0.5));
        }

        ByteBuffer file = read();
        next(file);
        String value = "0a08" + hex("vae/loss") + "15" + "0000003f";
        assertThat(next(file)).isEqualTo(TIME + "10ac02" + "2a11" + "0a0f" + value);
    }

    @Test
    void aPictureHasItsSizeAndItsBytes() throws Exception {
        try (EventFile events = EventFile.in(folder, CLOCK)) {
            events.image(1, "a", 4, 2, new byte[] {7});
        }

        ByteBuffer file = read();
        next(file);
        String image = "0802" + "1004" + "1803" + "220107";
        assertThat(next(file)).isEqualTo(TIME + "1001" + "2a10" + "0a0e" + "0a0161" + "2209" + image);
    }

    /** The data of the next record, whose checksums must be right. */
    private static String next(ByteBuffer file) {
        byte[] length = new byte[Long.BYTES];
        file.get(length);
        assertThat(unmasked(file.getInt())).isEqualTo(checksum(length));
        byte[] data = new byte
                [(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
        file.get(data);
        assertThat(unmasked(file.getInt())).isEqualTo(checksum(data));
        return HexFormat.of().formatHex(data);
    }

    private static int unmasked(int masked) {
        return Integer.rotateLeft(masked - 0xa282ead8, 15);
    }

    private static int checksum(byte[] data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        return (int) checksum.getValue();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private ByteBuffer read() throws Exception {
        Path file = folder.resolve("events.out.tfevents.2000.hypersd");
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
