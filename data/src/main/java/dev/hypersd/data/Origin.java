package dev.hypersd.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a sample is made from, which can be told without making it.
 *
 * @param stamp a text that stays the same as long as the sample does: names, sizes and times of its files, and what is
 *     done with them; empty where only the content tells
 * @param contents reads what identifies the content; throws {@link BrokenSampleException} if that cannot be read
 */
public record Origin(Optional<String> stamp, Supplier<Contents> contents) {
    /** How long a file must not have changed for its times to be trusted, since clocks of file systems are coarse. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /**
     * What identifies the content of a sample.
     *
     * @param picture a text that only equal pictures have, such as a hash
     * @param captions the captions, at least one
     */
    public record Contents(String picture, List<String> captions) {
        public Contents {
            captions = List.copyOf(captions);
        }

        /** Returns the first caption. */
        public String caption() {
            return captions.getFirst();
        }
    }

    /** Returns the origin of the sample after {@code view}, a text that only equal views have. */
    Origin after(String view) {
        return new Origin(stamp.map(text -> text + "; " + view), () -> {
            Contents before = contents.get();
            return new Contents(before.picture() + "; " + view, before.captions());
        });
    }

    /**
     * Returns the stamp of a file: its size and the times of its last changes, including that of its entry where the
     * file system knows it; empty if it changed a moment ago, so that another change might have the same time, or if it
     * cannot be looked at.
     */
    static Optional<String> stamp(Path file) {
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            FileTime changed =
                    file.getFileSystem().supportedFileAttributeViews().contains("unix")
                            ? (FileTime) Files.getAttribute(file, "unix:ctime", new LinkOption[0])
                            : modified;
            Instant settled = Instant.now().minus(SETTLED);
            return modified.toInstant().isAfter(settled) || changed.toInstant().isAfter(settled)
                    ? Optional.empty()
                    : Optional.of("%s %d %s %s".formatted(file.toAbsolutePath(), Files.size(file), modified, changed));
        } catch (IOException e) {
            return Optional.empty(); // Who reads the file says what is wrong with it.
        }
    }
}
