package dev.hypersd.run;

import dev.hypersd.error.InvalidFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Passes on the whole lines of a log, as far as they are written. What is damaged becomes a fault; a last line without
 * an end may still be being written, and is read when it has one.
 */
final class LogScanner {
    private static final int CHUNK = 1 << 16;

    private final Path file;
    private final Faults faults;
    private final Consumer<LogLine> lines;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private boolean tooLong;

    /** The end of the last whole line. */
    private long position;

    /**
     * Creates a scanner.
     *
     * @param file for messages
     * @param position where the first line begins
     */
    LogScanner(Path file, long position, Faults faults, Consumer<LogLine> lines) {
        this.file = file;
        this.position = position;
        this.faults = faults;
        this.lines = lines;
    }

    /** Returns where the next line begins. */
    long position() {
        return position;
    }

    /** Returns whether a line has begun and not ended. */
    boolean isUnfinished() {
        return pending.size() > 0;
    }

    /** Reads what has been written since the last call. */
    void scan(SeekableByteChannel channel) throws IOException {
        pending.reset();
        tooLong = false;
        channel.position(position);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long read = position;
        while (channel.read(chunk.clear()) > 0) {
            chunk.flip();
            while (chunk.hasRemaining()) {
                byte next = chunk.get();
                read++;
                if (next == '\n') {
                    end();
                    position = read;
                } else if (pending.size() < LogLine.LONGEST) {
                    pending.write(next);
                } else {
                    tooLong = true;
                }
            }
        }
    }

    private void end() {
        byte[] line = pending.toByteArray();
        String name = "the line at byte " + position;
        if (tooLong) {
            faults.add("%s is longer than %d bytes".formatted(name, LogLine.LONGEST));
        } else if (!LogLine.isBlank(line)) {
            try {
                lines.accept(LogLine.parse(file, line, name, faults));
            } catch (InvalidFileException e) {
                faults.add(name + " " + e.reason());
            }
        }
        pending.reset();
        tooLong = false;
    }
}
