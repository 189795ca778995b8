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
import java.util.function.UnaryOperator;

/**
 * What a sample is made from, which can be told without making it.
 *
 * @param stamp a text that stays the same as long as the sample does: names, sizes and times of its files, and what is
 *     done with them; empty where only the content tells
 * @param contents reads what identifies the content; throws {@link BrokenSampleException} if that cannot be read
 * @param use how the sample is learned
 */
public record Origin(Optional<String> stamp, Supplier<Contents> contents, Use use) {
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

    /**
     * How a sample is learned.
     *
     * @param flip whether its mirror image is learned too
     * @param weight how much its loss counts; 1 is usual
     */
    public record Use(boolean flip, double weight) {
        /** The sample as it is. */
        public static final Use PLAIN = new Use(false, 1);
    }

    /** Creates the origin of a sample that is learned as it is. */
    public Origin(Optional<String> stamp, Supplier<Contents> contents) {
        this(stamp, contents, Use.PLAIN);
    }

    /** Returns the same origin of a sample that is learned in another way. */
    Origin with(Use other) {
        return new Origin(stamp, contents, other);
    }

    /** Returns the origin of the sample after {@code view}, a text that only equal views have. */
    Origin after(String view) {
        return map(view, before -> new Contents(before.picture() + "; " + view, before.captions()));
    }

    /**
     * Returns the origin of the sample with other contents.
     *
     * @param change a text that only equal changes have
     */
    Origin map(String change, UnaryOperator<Contents> changed) {
        return new Origin(stamp.map(text -> text + "; " + change), () -> changed.apply(contents.get()), use);
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
