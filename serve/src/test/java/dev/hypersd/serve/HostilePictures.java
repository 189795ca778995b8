package dev.hypersd.serve;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.WebP;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;

/** Pictures that are damaged, too large, slow to decode, or no pictures at all, of which requests begin. */
final class HostilePictures {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String DAMAGED = "image:? is a damaged";
    private static final String NONE = "image is neither a PNG, a JPEG nor a WebP";
    private static final byte[] FEW_ROWS = new byte[1 << 12];

    private HostilePictures() {}

    static Stream<HostileRequest> all() {
        return Stream.of(texts(), pngs(), jpegs(), webPs()).flatMap(list -> list);
    }

    private static Stream<HostileRequest> texts() {
        return Stream.of(
                text("no Base64", "%%%", 400, "image is not an image in Base64"),
                text("a URL", "http://169.254.169.254/", 400, "image is not an image in Base64"),
                text("the URL of a file", "file:///etc/passwd", 400, "image is not an image in Base64"),
                text("no picture", "", 415, NONE),
                text("a data URL without data", "data:image/png;base64", 400, "image is not an image in Base64"),
                text("a data URL of nothing", "data:,", 415, NONE),
                picture("a text", latin1("hello"), 415, NONE),
                picture("a GIF", latin1("GIF89a\1\0\1\0\0\0\0;"), 415, NONE),
                picture(
                        "a BMP",
                        latin1("BMF\0\0\0\0\0\0\0006\0\0\0(\0\0\0\1\0\0\0\1\0\0\0\1\0\u0018\0\0\0\0\0\u0010\0\0"
                                + "\0"),
                        415,
                        NONE),
                picture("a TIFF", latin1("II*\0\u0008\0\0\0\0\0\0\0\0\0"), 415, NONE),
                picture("an SVG", latin1("<svg onload='x'/>"), 415, NONE),
                picture(
                        "a ZIP that ends as a PNG",
                        latin1("PK\u0003\u0004" + new String(TinyServer.png(8, 8), StandardCharsets.ISO_8859_1)),
                        415,
                        NONE));
    }

    private static Stream<HostileRequest> pngs() {
        byte[] good = TinyServer.png(64, 64);
        return Stream.of(
                picture("half a PNG", Arrays.copyOf(good, good.length / 2), 400, "image: ends too early"),
                picture("the signature of a PNG", Arrays.copyOf(good, 8), 400, DAMAGED),
                picture(
                        "a PNG that claims 60000x60000",
                        PngBuilder.claiming(60_000, 60_000).end(FEW_ROWS),
                        413,
                        "image is an image of 60000x60000, more than the 1048576 pixels that are read"),
                picture(
                        "a PNG that claims 2^31-1 pixels each way",
                        PngBuilder.claiming(Integer.MAX_VALUE, Integer.MAX_VALUE)
                                .end(FEW_ROWS),
                        413,
                        "image is an image of 2147483647x2147483647"),
                picture(
                        "a PNG of minus 2^31 pixels",
                        PngBuilder.claiming(Integer.MIN_VALUE, 8).end(FEW_ROWS),
                        400,
                        DAMAGED),
                picture(
                        "a PNG without pixels",
                        PngBuilder.claiming(0, 0).end(FEW_ROWS),
                        400,
                        "image is a damaged image"),
                picture(
                        "a PNG with fewer rows than it claims",
                        PngBuilder.claiming(1000, 1000).end(FEW_ROWS),
                        400,
                        "image: is a damaged"),
                picture(
                        "a PNG with 8,000 times the rows that it claims",
                        PngBuilder.claiming(64, 64).end(new byte[64 << 20]),
                        200,
                        "b64_json"),
                picture(
                        "a PNG of one column",
                        PngBuilder.claiming(1, 1_000_000).end(new byte[4_000_000]),
                        413,
                        "longer than"),
                picture(
                        "a PNG of one row",
                        PngBuilder.claiming(1_000_000, 1).end(new byte[3_000_001]),
                        413,
                        "longer than"),
                picture(
                        "a PNG whose palette is missing",
                        PngBuilder.of(64, 64, 8, 3, 0).end(new byte[65 * 64]),
                        400,
                        DAMAGED),
                picture("a PNG of 3 bits", PngBuilder.of(64, 64, 3, 2, 0).end(FEW_ROWS), 400, DAMAGED),
                picture(
                        "a PNG of 255 bits",
                        PngBuilder.of(64, 64, 255, 255, 255).end(FEW_ROWS),
                        400,
                        DAMAGED),
                picture(
                        "an interlaced PNG without its rows",
                        PngBuilder.of(64, 64, 8, 6, 1).end(new byte[10]),
                        400,
                        DAMAGED),
                picture(
                        "a PNG with an unknown filter",
                        PngBuilder.claiming(64, 64).end(filled(64 * 193, (byte) 0xFF)),
                        400,
                        DAMAGED),
                picture(
                        "a PNG whose chunk is as long as numbers go",
                        PngBuilder.claiming(64, 64)
                                .raw("\u007f\u00ff\u00ff\u00ffIDAT")
                                .end(new byte[64 * 193]),
                        400,
                        "ends too early"),
                picture(
                        "a PNG whose text unpacks to 64 MiB",
                        PngBuilder.claiming(64, 64)
                                .chunk("zTXt", PngBuilder.concat("a\0\0", PngBuilder.deflated(new byte[64 << 20])))
                                .end(new byte[64 * 193]),
                        200,
                        "b64_json"),
                picture(
                        "a PNG whose colour profile unpacks to 64 MiB",
                        PngBuilder.claiming(64, 64)
                                .chunk("iCCP", PngBuilder.concat("a\0\0", PngBuilder.deflated(new byte[64 << 20])))
                                .end(new byte[64 * 193]),
                        200,
                        "b64_json"),
                picture(
                        "a PNG with 100,000 chunks",
                        PngBuilder.claiming(64, 64)
                                .raw("\0\0\0\0tEXt\0\0\0\0".repeat(50_000))
                                .end(new byte[64 * 193]),
                        200,
                        ""));
    }

    private static Stream<HostileRequest> jpegs() {
        byte[] good = jpeg(64);
        return Stream.of(
                picture("the first bytes of a JPEG", Arrays.copyOf(good, 2), 400, DAMAGED),
                picture("half a JPEG", Arrays.copyOf(good, good.length / 2), 400, DAMAGED),
                picture(
                        "a JPEG that claims 65535x65535",
                        claiming(good, 65_500, 65_500),
                        413,
                        "image is an image of 65500x65500"),
                picture("a JPEG without pixels", claiming(good, 0, 0), 400, DAMAGED),
                picture("a JPEG in 1,000 scans", ProgressiveJpeg.of(64, 1000), 400, "takes too long to decode"),
                picture("a JPEG in arithmetic coding", marked(good, 0xC0, 0xC9), 400, DAMAGED),
                picture(
                        "a JPEG of tables only",
                        latin1("\u00ff\u00d8\u00ff\u00db\0\u0003\0\u00ff\u00d9"),
                        400,
                        DAMAGED),
                picture(
                        "a JPEG of 100,000 comments",
                        latin1("\u00ff\u00d8" + "\u00ff\u00fe\0\u0002".repeat(100_000) + "\u00ff\u00d9"),
                        400,
                        DAMAGED),
                picture(
                        "a JPEG whose EXIF data point to themselves",
                        PngBuilder.concat(
                                "\u00ff\u00d8\u00ff\u00e1\0\u001cExif\0\0MM\0*\0\0\0"
                                        + "\u0008\0\1\u0087i\0\4\0\0\0\1\0\0\0\u0008",
                                Arrays.copyOfRange(good, 2, good.length)),
                        200,
                        "b64_json"));
    }

    private static Stream<HostileRequest> webPs() {
        byte[] good = webP(64, Optional.empty());
        byte[] extended = webP(64, Optional.of(GenerationParameters.of("a", "")));
        return Stream.of(
                picture("the first bytes of a WebP", Arrays.copyOf(good, 12), 415, NONE),
                picture("half a WebP", Arrays.copyOf(good, good.length / 2), 400, DAMAGED),
                picture(
                        "a WebP that claims 16384x16384",
                        with(good, 21, 0xFF, 0xFF, 0xFF, 0x0F),
                        413,
                        "image is an image of 16384x16384"),
                picture(
                        "a WebP whose canvas claims 16777216x16777216",
                        with(extended, 24, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF),
                        400,
                        DAMAGED),
                picture(
                        "a WebP whose picture is larger than its canvas",
                        with(extended, 39, 0xFF, 0xFF, 0xFF, 0x0F),
                        400,
                        DAMAGED),
                picture("a WebP whose size is minus one", with(good, 4, 0xFF, 0xFF, 0xFF, 0xFF), 400, DAMAGED),
                picture("an animated WebP", animated(extended), 400, "is an animation"));
    }

    private static HostileRequest picture(String name, byte[] encoded, int status, String body) {
        return text(name, Base64.getEncoder().encodeToString(encoded), status, body);
    }

    private static HostileRequest text(String name, String base64, int status, String body) {
        String json = "{\"prompt\": \"a\", \"steps\": 1, \"size\": \"64x64\", \"image\": \"" + base64 + "\"}";
        return HostileRequest.posting("a picture that is " + name, GENERATIONS, json, status, body);
    }

    private static byte[] latin1(String bytes) {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static byte[] jpeg(int side) {
        return new Jpeg(50).encode(new Image(side, side, new byte[3 * side * side]), Optional.empty());
    }

    private static byte[] webP(int side, Optional<GenerationParameters> parameters) {
        return new WebP().encode(new Image(side, side, new byte[3 * side * side]), parameters);
    }

    /** Writes other sides into the frame header of a baseline JPEG (ITU-T T.81, section B.2.2). */
    private static byte[] claiming(byte[] jpeg, int width, int height) {
        return with(jpeg, marker(jpeg, 0xC0) + 5, height >> 8, height, width >> 8, width);
    }

    private static byte[] marked(byte[] jpeg, int marker, int other) {
        return with(jpeg, marker(jpeg, marker), 0xFF, other);
    }

    private static int marker(byte[] jpeg, int marker) {
        for (int i = 0; i + 1 < jpeg.length; i++) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == marker) {
                return i;
            }
        }
        throw new IllegalStateException("the JPEG has no marker " + marker);
    }

    private static byte[] animated(byte[] extended) {
        byte[] file = with(extended, 20, extended[20] | 2);
        return PngBuilder.concat(
                new String(file, StandardCharsets.ISO_8859_1) + "ANIM\u0006\0\0\0\0\0\0\0\0\0", new byte[0]);
    }

    private static byte[] with(byte[] file, int at, int... values) {
        byte[] changed = file.clone();
        for (int i = 0; i < values.length; i++) {
            changed[at + i] = (byte) values[i];
        }
        return changed;
    }
}
