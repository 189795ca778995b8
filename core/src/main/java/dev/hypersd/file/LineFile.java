package dev.hypersd.file;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A text file in UTF-8 that grows line by line, such as a log. A program that is terminated while it appends leaves a
 * last line without a line break. Such a line is ignored, and the next line that is appended replaces it, so every line
 * that is read is complete.
 *
 * @param path the file, whether or not it exists
 */
public record LineFile(Path path) {
    /**
     * Returns the complete lines; none if the file does not exist.
     *
     * @throws InvalidFileException if the file cannot be read or is not in UTF-8
     */
    public List<String> lines() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try {
            byte[] bytes = Files.readAllBytes(path);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            ByteBuffer whole = ByteBuffer.wrap(bytes, 0, end);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(whole)
                    .toString()
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Appends {@code lines}.
     *
     * @param lines texts without line breaks
     * @throws HyperSdException if they cannot be written
     */
    public void append(List<String> lines) {
        try {
            dropLineWithoutEnd();
            Files.writeString(path, text(lines), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new HyperSdException(path + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * As {@link #append}, and returns when the lines are on the disk, where they survive a power cut.
     *
     * @param lines texts without line breaks
     * @throws HyperSdException if they cannot be written
     */
    public void appendToDisk(List<String> lines) {
        append(lines);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            throw new HyperSdException(path + " cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Replaces the content by {@code lines}, completely or not at all.
     *
     * @param lines texts without line breaks
     * @throws HyperSdException if they cannot be written
     */
    public void replace(List<String> lines) {
        Draft.write(path, text(lines));
    }

    private static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private void dropLineWithoutEnd() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = channel.size();
            while (end > 0 && byteAt(channel, end - 1) != '\n') {
                end--;
            }
            channel.truncate(end);
        }
    }

    private static byte byteAt(FileChannel channel, long position) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, position);
        return one.get(0);
    }
}
