package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDatasetTest {
    private static final int BLOCK = 512;

    @TempDir
    Path folder;

    private final Map<String, byte[]> members = new LinkedHashMap<>();

    @Test
    void theMembersOfASampleShareTheNameUpToTheFirstDot() throws Exception {
        picture("./a/1.png", 1);
        text("./a/1.txt", "one\nuno\n");
        picture("b/1.PNG", 2);
        text("b/1.json", "{\"caption\": \"two\", \"width\": 12, \"tags\": [1]}");
        text("README", "no sample");
        text(".index.json", "{}");
        text("3.cls", "7");
        text("4.json", "{\"text\": [\"four\", \"vier\"], \"caption\": null}");
        picture("4.png", 4);

        WebDataset samples = WebDataset.open(tar("a.tar").toString());

        assertThat(LongStream.range(0, samples.size())
                        .mapToObj(i -> String.join("/", samples.get(i).captions())))
                .containsExactly("one/uno", "two", "four/vier");
        assertThat(samples.get(2).image()).isEqualTo(TestPictures.picture(4));
    }

    @Test
    void aSampleMayHaveAMask() throws Exception {
        picture("1.jpg", 1);
        text("1.txt", "one");
        picture("1.masklabel.png", 2);
        picture("2.png", 3);
        text("2.txt", "two");
        String archive = tar("a.tar").toString();
        List<String> findings = new ArrayList<>();

        WebDataset samples = WebDataset.open(archive, Color.WHITE, Masks.FILES, (_, _) -> {});
        WebDataset without =
                WebDataset.open(archive, Color.WHITE, Masks.NONE, (file, finding) -> findings.add(file + finding));

        assertThat(samples.get(0).mask()).contains(TestPictures.picture(2).grey());
        assertThat(samples.get(1).mask()).isEmpty();
        assertThat(without.get(0).mask()).isEmpty();
        assertThat(findings)
                .singleElement()
                .asString()
                .contains("1.masklabel.png", "is a mask, and masks are not used");
        assertThat(samples.origin(0).orElseThrow().contents().get())
                .isNotEqualTo(without.origin(0).orElseThrow().contents().get());
    }

    @Test
    void longNamesAreRead() throws Exception {
        String key = "folder/".repeat(20) + "x".repeat(150);
        picture(key + ".png", 1);
        text(key + ".txt", "deep");

        assertThat(WebDataset.open(tar("a.tar").toString()).get(0).caption()).isEqualTo("deep");
    }

    @Test
    void equalNamesInTwoFilesAreTwoSamples() throws Exception {
        picture("1.png", 1);
        text("1.txt", "one");
        tar("a.tar");
        tar("b.tar");

        assertThat(WebDataset.open(folder.toString()).size()).isEqualTo(2);
    }

    @Test
    void errorsNameTheBrokenSample() throws Exception {
        picture("0.png", 0);
        text("0.txt", "fine");
        picture("1.png", 1);
        text("2.txt", "two");
        picture("3.png", 3);
        text("3.txt", "  ");
        picture("4.png", 4);
        text("4.json", "{\"caption\": 4}");
        picture("5.png", 5);
        text("5.json", "{");
        picture("6.png", 6);
        text("6.json", "{}");
        text("7.jpg", "no picture");
        text("7.txt", "seven");
        picture("8.png", 8);
        text("8.txt", "x".repeat(Captions.LARGEST + 1));
        members.put("9.bmp", new byte[(64 << 20) + 1]);
        text("9.txt", "nine");

        WebDataset samples = WebDataset.open(tar("a.tar").toString());

        assertThat(samples.size()).isEqualTo(10);
        assertThat(samples.get(0).caption()).isEqualTo("fine");
        assertBroken(samples, 1, "a.tar/1: has no caption (.txt or .json)");
        assertBroken(samples, 2, "a.tar/2: has no picture (.jpg or .png)");
        assertBroken(samples, 3, "a.tar/3.txt: has an empty caption");
        assertBroken(samples, 4, "a.tar/4.json: caption must be a string, not 4");
        assertBroken(samples, 5, "a.tar/5.json: is not valid JSON");
        assertBroken(samples, 6, "a.tar/6.json: has neither a caption nor a text");
        assertBroken(samples, 7, "a.tar/7.jpg: is not a picture that can be read");
        assertBroken(samples, 8, "a.tar/8.txt: has 1048577 bytes, more than the 1 MiB that are read");
        assertBroken(samples, 9, "a.tar/9.bmp: has 67108865 bytes, more than the 64 MiB that are read");
    }

    @Test
    void aFileWithoutAnySampleIsRefused() throws Exception {
        picture("1.png", 1);
        text("2.txt", "two");
        Path file = tar("a.tar");

        assertThatThrownBy(() -> WebDataset.open(file.toString()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("a.tar: has no picture with a caption");
        assertThatThrownBy(() -> WebDataset.open(folder + "/b.tar")).hasMessageContaining("b.tar: not found");
    }

    @Test
    void aTruncatedFileIsRefusedUnlessItIsCutBetweenMembers() throws Exception {
        for (int i = 0; i < 3; i++) {
            picture(i + ".png", i);
            text(i + ".txt", "caption");
        }
        byte[] whole = Files.readAllBytes(tar("a.tar"));
        Path cut = folder.resolve("cut.tar");
        int refused = 0;
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(cut, Arrays.copyOf(whole, length));
            refused += opens(cut) ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(whole.length / 97 / 3);

        Files.write(cut, Arrays.copyOf(whole, BLOCK + 100));
        assertThatThrownBy(() -> WebDataset.open(cut.toString()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("cut.tar: is ")
                .hasMessageContaining("cut off");
    }

    @Test
    void filesThatAreNotTarFilesAreRefused() throws Exception {
        byte[] noise = new byte[20 * BLOCK];
        new Random(1).nextBytes(noise);
        Path file = Files.write(folder.resolve("noise.tar"), noise);

        assertThatThrownBy(() -> WebDataset.open(file.toString()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("not a tar file");
    }

    @Test
    void aFileThatIsTruncatedAfterOpeningBreaksItsSamples() throws Exception {
        picture("1.png", 1);
        text("1.txt", "one");
        Path file = tar("a.tar");
        WebDataset samples = WebDataset.open(file.toString());
        Files.write(file, new byte[BLOCK]);

        assertBroken(samples, 0, "a.tar/1.txt: is cut off: the archive has changed");
    }

    /**
     * Headers are one part in two of this file, so half of the flipped bytes are in names, sizes, kinds and checksums.
     */
    @Test
    void flippedBytesBreakSamplesOrTheFileAndNothingElse() throws Exception {
        for (int i = 0; i < 4; i++) {
            picture(i + ".png", i);
            text(i + (i % 2 == 0 ? ".txt" : ".json"), i % 2 == 0 ? "caption" : "{\"caption\": \"words\"}");
        }
        text("long/".repeat(30) + "5.txt", "five");
        byte[] whole = Files.readAllBytes(tar("a.tar"));
        Path file = folder.resolve("flipped.tar");
        int opened = 0;
        for (int seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            byte[] flipped = whole.clone();
            int flips = 1 + random.nextInt(8);
            for (int i = 0; i < flips; i++) {
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (seed % 2 == 0) {
                repairChecksums(flipped);
            }
            Files.write(file, flipped);
            opened += opens(file) ? 1 : 0;
        }
        assertThat(opened).isBetween(50, 550);
    }

    /** Returns whether the file opens, after checking that each of its samples is whole or broken. */
    private static boolean opens(Path file) {
        try {
            WebDataset samples = WebDataset.open(file.toString());
            for (long i = 0; i < samples.size(); i++) {
                try {
                    assertThat(samples.get(i).caption()).isNotBlank();
                } catch (BrokenSampleException e) {
                    assertThat(e).hasMessageContaining(file.toString());
                }
            }
            return true;
        } catch (InvalidFileException e) {
            assertThat(e).hasMessageContaining(file.toString());
            return false;
        }
    }

    /**
     * So that what is flipped is believed: each block that has the magic of a header gets the checksum of its bytes.
     */
    private static void repairChecksums(byte[] tar) {
        for (int block = 0; block + BLOCK <= tar.length; block += BLOCK) {
            if (new String(tar, block + 257, 5, StandardCharsets.US_ASCII).equals("ustar")) {
                Arrays.fill(tar, block + 148, block + 156, (byte) ' ');
                int sum = 0;
                for (int i = 0; i < BLOCK; i++) {
                    sum += tar[block + i] & 0xFF;
                }
                byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(octal, 0, tar, block + 148, octal.length);
            }
        }
    }

    private static void assertBroken(Dataset<CaptionedImage> samples, long index, String message) {
        assertThatThrownBy(() -> samples.get(index))
                .isInstanceOf(BrokenSampleException.class)
                .hasMessageContaining(message);
    }

    private void picture(String name, int seed) {
        members.put(name, TestPictures.png(seed));
    }

    private void text(String name, String text) {
        members.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path tar(String name) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(member.getKey());
                entry.setSize(member.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(member.getValue());
                tar.closeArchiveEntry();
            }
        }
        return file;
    }
}
