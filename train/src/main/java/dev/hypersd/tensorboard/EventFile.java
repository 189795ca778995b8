package dev.hypersd.tensorboard;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of TensorFlow events: records of a length, its checksum, a message {@code tensorflow.Event}, and its checksum.
 * TensorBoard reads the file while it grows.
 */
public final class EventFile implements AutoCloseable {
    private static final String VERSION = "brain.Event:2";
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int IMAGE = 4;
    private static final int MASK_DELTA = 0xa282ead8;

    private final Path file;
    private final FileChannel channel;
    private final Clock clock;

    private EventFile(Path file, FileChannel channel, Clock clock) {
        this.file = file;
        this.channel = channel;
        this.clock = clock;
    }

    /** Creates a file in {@code folder}, named by the time, as TensorBoard expects. */
    public static EventFile in(Path folder) {
        return in(folder, Clock.systemUTC());
    }

    static EventFile in(Path folder, Clock clock) {
        Path file = folder.resolve("events.out.tfevents.%d.hypersd".formatted(clock.millis()));
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            EventFile events = new EventFile(file, channel, clock);
            events.write(events.event().put(FILE_VERSION, VERSION));
            return events;
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Writes numbers of one step by name; a slash in a name makes a group. */
    public void scalars(long step, Map<String, Double> values) {
        Message summary = new Message();
        values.forEach((name, value) ->
                summary.put(VALUE, new Message().put(TAG, name).put(SIMPLE_VALUE, value.floatValue())));
        write(event().put(STEP, step).put(SUMMARY, summary));
    }

    /** Writes a picture of one step, as PNG. */
    public void image(long step, String name, int width, int height, byte[] png) {
        Message image = new Message().put(1, height).put(2, width).put(3, 3).put(4, png);
        Message value = new Message().put(TAG, name).put(IMAGE, image);
        write(event().put(STEP, step).put(SUMMARY, new Message().put(VALUE, value)));
    }

    private Message event() {
        Instant now = clock.instant();
        return new Message().put(WALL_TIME, now.getEpochSecond() + now.getNano() / 1e9);
    }

    private void write(Message event) {
        byte[] data = event.bytes();
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(data.length)
                .array();
        ByteBuffer entry = ByteBuffer.allocate(length.length + data.length + 2 * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(length)
                .putInt(masked(length))
                .put(data)
                .putInt(masked(data))
                .flip();
        try {
            while (entry.hasRemaining()) {
                channel.write(entry);
            }
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Masks a checksum as TensorFlow does: it is rotated and a constant is added, because a checksum of data with
     * embedded checksums is weak.
     */
    private static int masked(byte[] data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
