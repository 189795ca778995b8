package dev.hypersd.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The properties of a JPEG file that its markers tell (ITU-T T.81, annex B), read in one pass without decoding.
 *
 * @param components the number of channels: 1 for grey, 3 for colour, 4 for CMYK
 * @param adobeTransform the colour transform by Adobe's convention: 0 for none, 1 for YCbCr, 2 for YCCK; empty if the
 *     file does not state it
 * @param scans the number of scans through the pixels: one in a baseline file, about ten in a progressive one
 * @param exif the EXIF data
 * @param xmp the XMP data
 * @param comment the comment in a segment of its own
 * @param isCut whether the file ends within a segment; truncation within the pixels is noticed only by decoding
 */
record JpegStructure(
        int components,
        OptionalInt adobeTransform,
        int scans,
        Optional<byte[]> exif,
        Optional<byte[]> xmp,
        Optional<byte[]> comment,
        boolean isCut) {
    private static final int START_OF_IMAGE = 0xD8;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final int COMMENT = 0xFE;

    private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};
    private static final byte[] XMP = "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);

    /** The offset of the transform in Adobe's segment, and of the number of components in a frame header. */
    private static final int ADOBE_TRANSFORM = 11;

    private static final int FRAME_COMPONENTS = 5;

    /** Reads the structure of {@code file}, as far as it goes; empty if it is not a JPEG. */
    static Optional<JpegStructure> of(byte[] file) {
        if (file.length < 4 || (file[0] & 0xFF) != 0xFF || (file[1] & 0xFF) != START_OF_IMAGE) {
            return Optional.empty();
        }
        int components = 0;
        OptionalInt transform = OptionalInt.empty();
        int scans = 0;
        Optional<byte[]> exif = Optional.empty();
        Optional<byte[]> xmp = Optional.empty();
        Optional<byte[]> comment = Optional.empty();
        boolean cut = false;
        for (int at = nextMarker(file, 2); at >= 0; ) {
            int marker = file[at] & 0xFF;
            if (marker == END_OF_IMAGE) {
                break;
            }
            int start = at + 3;
            int length = start > file.length ? -1 : (((file[at + 1] & 0xFF) << 8) | (file[at + 2] & 0xFF)) - 2;
            cut = length < 0 || length > file.length - start;
            if (cut) {
                break;
            }
            if (isFrame(marker) && length > FRAME_COMPONENTS) {
                components = file[start + FRAME_COMPONENTS] & 0xFF;
            } else if (marker == START_OF_SCAN) {
                scans++;
            } else if (marker == APP14 && length > ADOBE_TRANSFORM && startsWith(file, start, ADOBE)) {
                transform = OptionalInt.of(file[start + ADOBE_TRANSFORM] & 0xFF);
            } else if (marker == APP1
                    && exif.isEmpty()
                    && length >= Exif.NAME.length
                    && startsWith(file, start, Exif.NAME)) {
                exif = Optional.of(Arrays.copyOfRange(file, start, start + length));
            } else if (marker == APP1 && xmp.isEmpty() && length >= XMP.length && startsWith(file, start, XMP)) {
                xmp = Optional.of(Arrays.copyOfRange(file, start + XMP.length, start + length));
            } else if (marker == COMMENT && comment.isEmpty()) {
                comment = Optional.of(Arrays.copyOfRange(file, start, start + length));
            }
            at = nextMarker(file, start + length);
        }
        return Optional.of(new JpegStructure(components, transform, scans, exif, xmp, comment, cut));
    }

    /**
     * Returns the place after the next {@code FF} that begins a segment, skipping compressed data and fill bytes; -1 if
     * there is none.
     */
    private static int nextMarker(byte[] file, int from) {
        for (int i = from; i + 1 < file.length; i++) {
            int marker = file[i + 1] & 0xFF;
            // Zero means that the FF is data; restart markers and 01 stand alone.
            boolean alone = marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD7);
            if ((file[i] & 0xFF) == 0xFF && marker != 0xFF && !alone) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Returns whether {@code marker} begins a frame header: C0 to CF, except for the tables C4, C8 and CC. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static boolean startsWith(byte[] file, int at, byte[] beginning) {
        return Arrays.equals(file, at, at + beginning.length, beginning, 0, beginning.length);
    }
}
