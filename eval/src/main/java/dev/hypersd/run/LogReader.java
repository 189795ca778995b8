package dev.hypersd.run;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the curves of a log that grows, each line once. A log that was replaced by another one, as resuming a run does,
 * is read from the beginning. Memory is bounded, however long the log is.
 */
final class LogReader {
    /** The greatest number of curves; a distillation with all its losses has about thirty. */
    private static final int MOST_CURVES = 128;

    private static final int MOST_CHANGES = 100;

    /** The largest log that is read, in bytes; that of several million steps. */
    private static final long LARGEST = 2L << 30;

    /** How many bytes before the position are compared in order to recognise the log. */
    private static final int REMEMBERED = 256;

    private final Path file;
    private Map<String, Curve> curves = new LinkedHashMap<>();
    private Deque<RunCurves.Change> changes = new ArrayDeque<>();
    private Faults faults;
    private LogScanner scanner;
    private byte[] remembered = {};
    private long step;
    private double seconds;

    /** A reader of {@code file}, whether or not it exists. */
    LogReader(Path file) {
        this.file = file;
        this.faults = new Faults(RunFolder.LOG);
        this.scanner = new LogScanner(file, 0, faults, this::add);
    }

    /** Returns the curves with everything that is in the log now. */
    synchronized RunCurves read() {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            try (SeekableByteChannel channel =
                    Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                if (channel.size() > LARGEST) {
                    return new RunCurves(
                            List.of(), List.of(), List.of(RunFolder.LOG + ": is larger than 2 GiB and is not read"));
                }
                if (!Arrays.equals(before(channel), remembered)) {
                    begin();
                }
                scanner.scan(channel);
                remembered = before(channel);
            } catch (IOException e) {
                throw new HyperSdException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new RunCurves(
                curves.entrySet().stream()
                        .map(entry -> entry.getValue().points(entry.getKey()))
                        .toList(),
                List.copyOf(changes),
                faults.sentences());
    }

    private void begin() {
        curves = new LinkedHashMap<>();
        changes = new ArrayDeque<>();
        faults = new Faults(RunFolder.LOG);
        scanner = new LogScanner(file, 0, faults, this::add);
        step = 0;
        seconds = 0;
    }

    /** Returns the last bytes before the position; fewer if the file is shorter now. */
    private byte[] before(SeekableByteChannel channel) throws IOException {
        long begin = Math.max(0, scanner.position() - REMEMBERED);
        ByteBuffer bytes = ByteBuffer.allocate((int) (scanner.position() - begin));
        channel.position(begin);
        while (bytes.hasRemaining() && channel.read(bytes) > 0) {
            // The next bytes.
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void add(LogLine line) {
        if (line.step() < step) {
            faults.add("step %d comes after step %d".formatted(line.step(), step));
            return;
        }
        step = line.step();
        if (!line.changed().isEmpty()) {
            changes.add(new RunCurves.Change(step, line.changed()));
            if (changes.size() > MOST_CHANGES) {
                changes.remove();
            }
        }
        seconds += line.seconds().orElse(0);
        line.values().forEach((name, value) -> {
            Curve curve = curves.get(name);
            if (curve == null && curves.size() < MOST_CURVES) {
                curve = new Curve();
                curves.put(name, curve);
            }
            if (curve == null) {
                faults.add("\"%s\" is one of more than %d curves".formatted(name, MOST_CURVES));
            } else {
                curve.add(line.step(), seconds, value);
            }
        });
    }
}
