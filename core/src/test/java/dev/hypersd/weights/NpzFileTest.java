package dev.hypersd.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.NpzFile.NumpyArray;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzFileTest {
    private static final String PLAIN = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("a.npz");
    }

    @Test
    void arraysOfBothPrecisionsAreRead() throws IOException {
        write(file, array(1, PLAIN, doubles(1.5, -2)));
        assertArray(new long[] {2, 1}, 1.5, -2);
        write(file, array(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", floats(0.25f)));
        assertArray(new long[] {1}, 0.25);
        write(file, array(3, "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", floats(0.5f)));
        assertArray(new long[] {1}, 0.5);
        write(file, array(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", doubles(7)));
        assertArray(new long[0], 7);
    }

    private void assertArray(long[] shape, double... values) {
        try (NpzFile npz = NpzFile.open(file)) {
            NumpyArray array = npz.read("mu").orElseThrow();
            assertThat(array.shape()).isEqualTo(shape);
            assertThat(array.values()).isEqualTo(values);
            assertThat(npz.read("sigma")).isEmpty();
        }
    }

    @Test
    void picklesAndOtherTypesAreRefused() throws IOException {
        write(file, array(1, PLAIN.replace("<f8", "|O"), doubles(1, 2)));
        assertRefused("is an array of objects, a pickle, which could run code and is never opened");
        write(file, array(1, PLAIN.replace("<f8", ">f8"), doubles(1, 2)));
        assertRefused("has elements of type >f8; <f4 and <f8 are supported");
        write(file, array(1, PLAIN.replace("False", "True"), doubles(1, 2)));
        assertRefused("is stored column by column, which is not supported; save it with order=\"C\"");
    }

    @Test
    void whatIsBrokenOrTooLargeIsRefusedBeforeMemoryIsTaken() throws IOException {
        write(file, array(1, PLAIN.replace("(2, 1)", "(999999, 999999)"), doubles(1)));
        assertRefused("of shape [999999, 999999] is larger than 1 GiB");
        write(file, array(1, PLAIN.replace("(2, 1)", "(999999999999, 999999999999, 999999999999)"), doubles(1)));
        assertRefused("of shape [999999999999, 999999999999, 999999999999] is larger than 1 GiB");
        write(file, array(1, PLAIN, doubles(1)));
        assertRefused("is cut short");
        write(file, array(1, PLAIN, doubles(1, Double.NaN)));
        assertRefused("holds NaN or infinity");
        write(file, array(1, "{'shape': __import__('os')}", doubles(1)));
        assertRefused("has a header that is not NumPy's");
        write(file, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1});
        assertRefused("is cut short");
        write(file, array(9, PLAIN, doubles(1, 2)));
        assertRefused("is no array of NumPy");
    }

    @Test
    void filesThatAreNotArchivesAreRefused() throws IOException {
        Files.writeString(file, "<html>");
        assertThatThrownBy(() -> NpzFile.open(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file + ": cannot be read as an archive of NumPy: ");
    }

    @Property(tries = 400)
    void aDamagedArchiveIsReadOrRefused(
            @ForAll @IntRange(min = 0, max = 400) int at, @ForAll byte value, @ForAll boolean truncated)
            throws IOException {
        Path damaged = Files.createTempDirectory("npz").resolve("damaged.npz");
        write(damaged, array(1, PLAIN, doubles(1, 2)));
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[at % bytes.length] = value;
        Files.write(damaged, truncated ? Arrays.copyOf(bytes, at % bytes.length) : bytes);
        try (NpzFile npz = NpzFile.open(damaged)) {
            npz.read("mu").ifPresent(array -> assertThat(array.values()).hasSizeLessThan(100));
        } catch (InvalidFileException refused) {
            assertThat(refused).hasMessageStartingWith(damaged + ": ");
        }
    }

    private void assertRefused(String reason) {
        try (NpzFile npz = NpzFile.open(file)) {
            assertThatThrownBy(() -> npz.read("mu"))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessage(file + ": the array \"mu\" " + reason);
        }
    }

    private static byte[] array(int version, String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        all.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            all.putShort((short) text.length);
        } else {
            all.putInt(text.length);
        }
        all.put(text).put(data);
        return Arrays.copyOf(all.array(), all.position());
    }

    private static byte[] doubles(double... values) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            buffer.putDouble(value);
        }
        return buffer.array();
    }

    private static byte[] floats(float value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
    }

    private static void write(Path file, byte[] array) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("mu.npy"));
            zip.write(array);
        }
    }
}
