package dev.hypersd.image;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The XMP data of a picture (ISO 16684-1), XML from which a user comment and an orientation are read.
 *
 * @param text the XML
 */
record Xmp(String text) {
    /** The largest number of characters that is read, more than any program writes. */
    private static final int LONGEST = 1 << 22;

    private static final Pattern COMMENT = Pattern.compile(
            "<exif:UserComment>\\s*<rdf:Alt>\\s*<rdf:li[^>]{0,99}>([^<]*)</rdf:li>|exif:UserComment=\"([^\"]*)\"");

    private static final Pattern ORIENTATION =
            Pattern.compile("<tiff:Orientation>\\s*([1-8])\\s*</|tiff:Orientation=[\"']([1-8])[\"']");

    /** Returns the XMP data of a PNG, JPEG or WebP file, if it has some. */
    static Optional<Xmp> of(byte[] picture) {
        return PngChunks.of(picture)
                .flatMap(chunks -> chunks.text("XML:com.adobe.xmp"))
                .or(() -> JpegStructure.of(picture)
                        .flatMap(JpegStructure::xmp)
                        .or(() -> WebP.xmp(picture))
                        .map(xmp -> new String(xmp, StandardCharsets.UTF_8)))
                .filter(text -> text.length() <= LONGEST)
                .map(Xmp::new);
    }

    /** Returns the orientation, if one is readable. */
    Optional<Orientation> orientation() {
        return value(ORIENTATION).map(Integer::valueOf).flatMap(Orientation::of);
    }

    /** Returns the user comment, if there is one. */
    Optional<String> userComment() {
        return value(COMMENT).map(Xmp::unescaped);
    }

    /** Returns the value of the first match: that of an element, or that of an attribute. */
    private Optional<String> value(Pattern pattern) {
        Matcher found = pattern.matcher(text);
        return found.find()
                ? Optional.ofNullable(found.group(1)).or(() -> Optional.of(found.group(2)))
                : Optional.empty();
    }

    private static String unescaped(String xml) {
        return xml.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&#39;", "'")
                .replace("&#34;", "\"")
                .replaceAll("&#(?:xA|10);", "\n")
                .replace("&amp;", "&");
    }
}
