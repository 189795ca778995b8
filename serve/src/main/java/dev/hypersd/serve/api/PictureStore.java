package dev.hypersd.serve.api;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongSupplier;

/**
 * Keeps encoded pictures for an hour, as OpenAI does. The oldest go earlier when too many bytes are kept. Safe to
 * share.
 */
final class PictureStore {
    static final Duration KEPT = Duration.ofHours(1);

    private static final long MAX_BYTES = 64L << 20;
    private static final int NAME_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier clock;

    /** The oldest picture comes first. */
    private final SequencedMap<String, Picture> pictures = new LinkedHashMap<>();

    private long bytes;

    /**
     * A picture.
     *
     * @param content the encoded picture
     * @param mediaType such as {@code image/png}
     * @param since when it came, in nanoseconds of the clock
     */
    record Picture(byte[] content, String mediaType, long since) {}

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    PictureStore(LongSupplier clock) {
        this.clock = clock;
    }

    /** Keeps a picture under a name that nobody can guess, and returns that. */
    synchronized String keep(byte[] content, String mediaType) {
        byte[] name = new byte[NAME_BYTES];
        random.nextBytes(name);
        String text = HexFormat.of().formatHex(name);
        keep(text, content, mediaType);
        return text;
    }

    /** Keeps a picture under a name that is known already, in place of the one before. */
    synchronized void keep(String name, byte[] content, String mediaType) {
        Picture before = pictures.remove(name);
        bytes += content.length - (before == null ? 0 : before.content().length);
        pictures.putLast(name, new Picture(content, mediaType, clock.getAsLong()));
        removeOld();
    }

    /** Returns the picture of this name, if it is still kept. */
    synchronized Optional<Picture> find(String name) {
        removeOld();
        return Optional.ofNullable(pictures.get(name));
    }

    /** The picture that came last is kept however large it is. */
    private void removeOld() {
        while (!pictures.isEmpty() && (isOver(pictures.firstEntry().getValue()) || isOverfull())) {
            bytes -= pictures.pollFirstEntry().getValue().content().length;
        }
    }

    private boolean isOver(Picture picture) {
        return clock.getAsLong() - picture.since() > KEPT.toNanos();
    }

    private boolean isOverfull() {
        return bytes > MAX_BYTES && pictures.size() > 1;
    }
}
