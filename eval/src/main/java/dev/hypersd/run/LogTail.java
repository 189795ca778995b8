package dev.hypersd.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The end of a log, which says how far a run is.
 *
 * @param step the last step; 0 if there is none
 * @param losses the last losses and held-out losses by name
 * @param faults sentences on what in the end of the log is damaged
 * @param unfinished whether the last line has no end yet
 */
record LogTail(long step, Map<String, Double> losses, List<String> faults, boolean unfinished) {
    /** The end of a log that does not exist. */
    static final LogTail NONE = new LogTail(0, Map.of(), List.of(), false);

    /** The part of the log that is read, in bytes; enough for several hundred steps. */
    private static final long LENGTH = 1 << 18;

    /** Reads the end of {@code file}. */
    static LogTail read(Path file) {
        Faults faults = new Faults(RunFolder.LOG);
        Map<String, Double> losses = new TreeMap<>();
        long[] step = {0};
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            LogScanner scanner = new LogScanner(file, firstLine(channel), faults, line -> {
                step[0] = Math.max(step[0], line.step());
                line.values().forEach((name, value) -> {
                    if (isLoss(name)) {
                        losses.put(name, value);
                    }
                });
            });
            scanner.scan(channel);
            return new LogTail(step[0], losses, faults.sentences(), scanner.isUnfinished());
        } catch (IOException e) {
            return new LogTail(0, Map.of(), List.of(RunFolder.LOG + ": cannot be read: " + e.getMessage()), false);
        }
    }

    /** Returns where the first whole line of the end begins. */
    private static long firstLine(SeekableByteChannel channel) throws IOException {
        long begin = channel.size() - LENGTH;
        if (begin <= 0) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(LogLine.LONGEST);
        channel.position(begin);
        channel.read(bytes);
        for (int i = 0; i < bytes.position(); i++) {
            if (bytes.get(i) == '\n') {
                return begin + i + 1;
            }
        }
        return begin;
    }

    private static boolean isLoss(String name) {
        String last = name.substring(name.indexOf('/') + 1);
        return last.equals("loss") || last.equals("held-out loss");
    }
}
