package dev.hypersd.tensorboard;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    private static final int SESSION_LOG = 7;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;

    /** The bytes of a record besides its data: the length and two checksums. */
    private static final int FRAME = Long.BYTES + 2 * Integer.BYTES;

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

    /**
     * Begins or continues at the step after {@code done}: removes later steps from the other files in the folder, which
     * a run that was killed has written and will write again, and tells TensorBoard, which may be showing them.
     */
    public void continueAfter(long done) {
        try (Stream<Path> all = Files.list(file.toAbsolutePath().getParent())) {
            List<Path> others = all.filter(
                            other -> other.getFileName().toString().matches("events\\.out\\.tfevents\\..*"))
                    .filter(other -> !other.equals(file.toAbsolutePath()))
                    .toList();
            for (Path other : others) {
                dropAfter(other, done);
            }
        } catch (IOException e) {
            throw new HyperSdException(file + " cannot be continued: " + e.getMessage(), e);
        }
        write(event().put(STEP, done + 1).put(SESSION_LOG, new Message().put(SESSION_STATUS, SESSION_START)));
    }

    /** Rewrites a file without the records of steps after {@code done}, and without a last one that is cut off. */
    private static void dropAfter(Path other, long done) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(other)).order(ByteOrder.LITTLE_ENDIAN);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        while (bytes.remaining() >= Long.BYTES) {
            int begin = bytes.position();
            long length = bytes.getLong(begin);
            if (length < 0 || length > bytes.remaining() - FRAME) {
                break;
            }
            int whole = (int) length + FRAME;
            if (step(bytes.slice(begin + Long.BYTES + Integer.BYTES, (int) length)) <= done) {
                kept.write(bytes.array(), begin, whole);
            }
            bytes.position(begin + whole);
        }
        if (kept.size() < bytes.capacity()) {
            try (Draft draft = Draft.of(other)) {
                Files.write(draft.path(), kept.toByteArray());
                draft.publish();
            }
        }
    }

    /** Returns the step of an event that this class has written: its time, eight bytes, comes first. */
    private static long step(ByteBuffer event) {
        int place = 1 + Double.BYTES;
        if (event.capacity() <= place || event.get(place) != STEP << 3) {
            return 0;
        }
        long step = 0;
        for (int shift = 0; shift < Long.SIZE && ++place < event.capacity(); shift += 7) {
            step |= (long) (event.get(place) & 0x7F) << shift;
            if (event.get(place) >= 0) {
                break;
            }
        }
        return step;
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
