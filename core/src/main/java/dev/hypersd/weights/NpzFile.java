package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Reads arrays of floating-point numbers from archives of NumPy ({@code .npz}), in which tools for FID store their
 * statistics. Arrays of objects are pickles and are refused. A compressed array is unpacked only up to the size that
 * its header declares, which must not exceed 1 GiB.
 */
public final class NpzFile implements AutoCloseable {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_HEADER = 4096;
    private static final long LARGEST_ARRAY = 1L << 30;

    private static final Pattern HEADER = Pattern.compile(
            "\\s*\\{\\s*'descr'\\s*:\\s*'([^']{1,16})'\\s*,\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,"
                    + "\\s*'shape'\\s*:\\s*\\(([0-9, ]{0,80})\\)\\s*,?\\s*}\\s*");

    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}");

    private final Path path;
    private final ZipFile zip;

    /**
     * An array.
     *
     * @param shape outermost dimension first
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once
    public record NumpyArray(long[] shape, double[] values) {}

    private NpzFile(Path path, ZipFile zip) {
        this.path = path;
        this.zip = zip;
    }

    /**
     * Opens an archive.
     *
     * @throws InvalidFileException if it is not an archive of NumPy
     */
    public static NpzFile open(Path path) {
        try {
            return new NpzFile(path, new ZipFile(path.toFile()));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidFileException(path, "cannot be read as an archive of NumPy: " + e.getMessage(), e);
        }
    }

    /**
     * Reads an array.
     *
     * @param name the name that was given to {@code numpy.savez}
     * @return empty if there is no array of this name
     * @throws InvalidFileException if the array is broken, too large, or not of floating-point numbers
     */
    public Optional<NumpyArray> read(String name) {
        ZipEntry entry = zip.getEntry(name + ".npy");
        if (entry == null) {
            return Optional.empty();
        }
        try (InputStream stream = zip.getInputStream(entry)) {
            return Optional.of(read(name, new DataInputStream(stream)));
        } catch (EOFException e) {
            throw invalid(name, "is cut short", e);
        } catch (IOException | IllegalArgumentException e) {
            throw invalid(name, "cannot be unpacked: " + e.getMessage(), e);
        }
    }

    private NumpyArray read(String name, DataInputStream in) throws IOException {
        Matcher header = HEADER.matcher(header(name, in));
        if (!header.matches()) {
            throw invalid(name, "has a header that is not NumPy's");
        }
        int bytes = bytes(name, header.group(1));
        if (header.group(2).equals("True")
                && NUMBER.matcher(header.group(3)).results().count() > 1) {
            throw invalid(name, "is stored column by column, which is not supported; save it with order=\"C\"");
        }
        long[] shape = NUMBER.matcher(header.group(3))
                .results()
                .map(MatchResult::group)
                .mapToLong(Long::parseLong)
                .toArray();
        double count = LongStream.of(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
        if (count * bytes > LARGEST_ARRAY) {
            throw invalid(name, "of shape %s is larger than 1 GiB".formatted(Arrays.toString(shape)));
        }
        int length = (int) (count * bytes);
        ByteBuffer data = ByteBuffer.wrap(in.readNBytes(length)).order(ByteOrder.LITTLE_ENDIAN);
        if (data.limit() != length) {
            throw invalid(name, "is cut short");
        }
        double[] values = new double[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes == Double.BYTES ? data.getDouble() : data.getFloat();
            if (!Double.isFinite(values[i])) {
                throw invalid(name, "holds NaN or infinity");
            }
        }
        return new NumpyArray(shape, values);
    }

    private String header(String name, DataInputStream in) throws IOException {
        byte[] magic = new byte[MAGIC.length];
        in.readFully(magic);
        int version = in.readUnsignedByte();
        in.readUnsignedByte();
        if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
            throw invalid(name, "is no array of NumPy");
        }
        int length = version == 1
                ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
                : Integer.reverseBytes(in.readInt());
        if (length < 0 || length > LONGEST_HEADER) {
            throw invalid(
                    name,
                    "has a header of %d bytes, more than %d".formatted(Integer.toUnsignedLong(length), LONGEST_HEADER));
        }
        byte[] header = new byte[length];
        in.readFully(header);
        return new String(header, StandardCharsets.US_ASCII);
    }

    private int bytes(String name, String type) {
        return switch (type) {
            case "<f8" -> Double.BYTES;
            case "<f4" -> Float.BYTES;
            default ->
                throw invalid(
                        name,
                        type.contains("O")
                                ? "is an array of objects, a pickle, which could run code and is never opened"
                                : "has elements of type %s; <f4 and <f8 are supported".formatted(type));
        };
    }

    private InvalidFileException invalid(String name, String reason) {
        return new InvalidFileException(path, "the array \"%s\" %s".formatted(name, reason));
    }

    private InvalidFileException invalid(String name, String reason, Exception cause) {
        return new InvalidFileException(path, "the array \"%s\" %s".formatted(name, reason), cause);
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be closed: " + e.getMessage(), e);
        }
    }
}
