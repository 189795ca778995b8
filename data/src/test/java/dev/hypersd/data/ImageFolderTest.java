package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFolderTest {
    @TempDir
    Path folder;

    @Test
    void captionFilesAreFoundInSubfoldersToo() throws Exception {
        picture("b/2.png", 2);
        write("b/2.txt", "  two \n");
        picture("a.PNG", 1);
        write("a.txt", "one");
        TestPictures.picture(3).write(folder.resolve("b/3.jpg"));
        write("b/3.txt", "three");
        write("notes.md", "no picture");
        write("._a.png", "what some systems leave behind");
        picture(".hidden/x.png", 4);

        assertThat(captions()).containsExactly("one", "two", "three");
        assertThat(ImageFolder.open(folder).get(1).image()).isEqualTo(TestPictures.picture(2));
    }

    @Test
    void metadataNameThePicturesOfTheDataSet() throws Exception {
        picture("x/1.png", 1);
        picture("0.png", 2);
        picture("unlisted.png", 3);
        write("metadata.jsonl", """
            {"file_name": "x/1.png", "text": "one", "width": 12}

            {"text": "zero", "file_name": "0.png"}
            {"file_name": "0.png", "text": "zero again"}
            """);

        assertThat(captions()).containsExactly("zero/zero again", "one");
        assertThat(ImageFolder.open(folder).get(1).image()).isEqualTo(TestPictures.picture(1));
    }

    @Test
    void aByteOrderMarkIsNotPartOfACaption() throws Exception {
        picture("1.png", 1);
        write("1.txt", "\uFEFFone");
        assertThat(captions()).containsExactly("one");
        write("metadata.jsonl", "\uFEFF{\"file_name\": \"./1.png\", \"text\": \"again\"}\n");
        assertThat(captions()).containsExactly("again");
    }

    /** As programs for Windows write text, and as those for training do it. */
    @Test
    void captionsAreReadInEveryFormThatProgramsWrite() throws Exception {
        for (int i = 1; i <= 5; i++) {
            picture("%d.png".formatted(i), i);
        }
        write("1.txt", "one\r\n");
        Files.writeString(folder.resolve("2.txt"), "\uFEFFtwo, \u732b", StandardCharsets.UTF_16LE);
        Files.writeString(folder.resolve("3.txt"), "\uFEFFthree", StandardCharsets.UTF_16BE);
        write("4.caption", "four");
        write("5.TXT", "five");
        assertThat(captions()).containsExactly("one", "two, \u732b", "three", "four", "five");
        Files.write(folder.resolve("1.txt"), new byte[] {(byte) 0xFE, (byte) 0xFF, 0});
        assertBroken(ImageFolder.open(folder), 0, "1.txt: is not UTF-16 text, which its first bytes announce");
    }

    @Test
    void metadataAreReadInEveryFormThatProgramsWrite() throws Exception {
        picture("cats/1.png", 1);
        picture("cats/big/2.png", 2);
        String lines = """
            {"file_name": "cats\\\\1.png", "text": "one"}
            {"file_name": ".\\\\cats\\\\big\\\\2.png", "caption": "two"}
            """.replace("\n", "\r\n");
        write("metadata.jsonl", lines);
        assertThat(captions()).containsExactly("one", "two");
        Files.writeString(folder.resolve("metadata.jsonl"), "\uFEFF" + lines, StandardCharsets.UTF_16LE);
        assertThat(captions()).containsExactly("one", "two");
    }

    @Test
    void aLineThatStandsTwiceCountsOnceAndIsNamed() throws Exception {
        picture("1.png", 1);
        write("metadata.jsonl", """
            {"file_name": "1.png", "text": "one"}
            {"file_name": "./1.png", "text": "one"}
            {"file_name": "1.png", "text": "one, seen otherwise"}
            """);
        List<String> warnings = new ArrayList<>();
        ImageFolder samples = ImageFolder.open(
                folder,
                Color.WHITE,
                Masks.NONE,
                (file, finding) -> warnings.add(folder.relativize(file) + " " + finding));
        assertThat(samples.get(0).captions()).containsExactly("one", "one, seen otherwise");
        assertThat(warnings)
                .containsExactly("1.png stands in metadata.jsonl again with the same caption, which counts once");
    }

    @Test
    void transparentPartsHaveTheColourThatIsGiven() throws Exception {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_ARGB);
        ImageIO.write(picture, "png", folder.resolve("1.png").toFile());
        write("1.txt", "nothing");
        List<String> findings = new ArrayList<>();
        ImageFolder samples =
                ImageFolder.open(folder, new Color(0x102030), Masks.NONE, (_, finding) -> findings.add(finding));
        assertThat(samples.get(0).image().rgb()).startsWith(0x10, 0x20, 0x30);
        assertThat(findings).containsExactly("has transparent parts, which are filled with #102030");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"file_name\": \"../1.png\", \"text\": \"a\"} | line 2: names \"../1.png\", which may lie outside",
                "{\"file_name\": \"/etc/1.png\", \"text\": \"a\"} | line 2: names "
                        + "\"/etc/1.png\", which may lie outside",
                "{\"file_name\": \"a/../../1.png\", \"text\": \"a\"} | line 2: names \"a/../../1.png\"",
                "{\"file_name\": \"..\\\\\\\\1.png\", \"text\": \"a\"} | which may lie outside of the directory",
                "{\"file_name\": \"1.png\" | line 2: is not valid JSON",
                "{\"file_name\": \"1.png\"} | line 2: text is missing",
                "{\"text\": \"a\"} | line 2: file_name is missing",
                "{\"file_name\": 7, \"text\": \"a\"} | line 2: file_name must be a string, not 7",
                "[1] | line 2: is not a JSON object but [1]",
            })
    void aMalformedLineIsNamed(String line, String message) throws Exception {
        picture("1.png", 1);
        write("metadata.jsonl", "{\"file_name\": \"1.png\", \"text\": \"one\"}\n" + line + "\n");

        assertThatThrownBy(() -> ImageFolder.open(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("metadata.jsonl, ")
                .hasMessageContaining(message);
    }

    @Test
    void picturesBehindLinksBelongToTheDataSet() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        picture("elsewhere/1.png", 1);
        write("elsewhere/1.txt", "one");
        Path linked = Files.createDirectory(folder.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("more"), elsewhere);
        Path whole = Files.createSymbolicLink(folder.resolve("whole"), elsewhere);
        assertThat(ImageFolder.open(linked).size()).isEqualTo(1);
        assertThat(ImageFolder.open(whole).size()).isEqualTo(1);
    }

    @Test
    void foldersWithoutPicturesOrCaptionsAreRefused() throws Exception {
        assertThatThrownBy(() -> ImageFolder.open(folder.resolve("gone")))
                .hasMessageContaining("gone: is not a folder");
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .hasMessageContaining("has no pictures (PNG, JPEG, WebP, GIF, BMP, TIFF)");
        picture("b.png", 1);
        picture("a.jpg", 2);
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(
                        "has no captions; write them to metadata.jsonl, or to text files next to the pictures"
                                + " (a.txt for a.jpg)");
        write("metadata.jsonl", "\n");
        assertThatThrownBy(() -> ImageFolder.open(folder)).hasMessageContaining("metadata.jsonl: names no pictures");
        Files.write(folder.resolve("metadata.jsonl"), new byte[] {(byte) 0xC0});
        assertThatThrownBy(() -> ImageFolder.open(folder)).hasMessageContaining("metadata.jsonl: is not UTF-8 text");
    }

    @Test
    void errorsNameTheBrokenSample() throws Exception {
        picture("0.png", 0);
        write("0.txt", "fine");
        write("1.png", "no picture");
        write("1.txt", "one");
        picture("2.png", 2);
        picture("3.png", 3);
        write("3.txt", " \n");
        write("4.webp", "RIFF....WEBPVP8 ");
        write("4.txt", "four");
        Files.write(folder.resolve("5.png"), TestPictures.png(5));
        Files.write(folder.resolve("5.txt"), new byte[] {(byte) 0xC0});
        picture("6.png", 6);
        write("6.txt", "x".repeat(Captions.LARGEST + 1));
        byte[] cut = TestPictures.png(7);
        Files.write(folder.resolve("7.png"), Arrays.copyOf(cut, cut.length / 2));
        write("7.txt", "seven");

        ImageFolder samples = ImageFolder.open(folder);

        assertThat(samples.get(0).caption()).isEqualTo("fine");
        assertBroken(samples, 1, "1.png: is not a picture that can be read");
        assertBroken(samples, 2, "2.png: has no caption, 2.txt is missing");
        assertBroken(samples, 3, "3.txt: has an empty caption");
        assertBroken(samples, 4, "4.webp: is a damaged picture");
        assertBroken(samples, 5, "5.txt: is not UTF-8 text");
        assertBroken(samples, 6, "6.txt: is larger than any caption (1 MiB)");
        assertBroken(samples, 7, "7.png: ends too early: the picture is not whole");
    }

    @Test
    void missingPicturesAndEmptyCaptionsInMetadataBreakTheirSamples() throws Exception {
        picture("1.png", 1);
        write("metadata.jsonl", """
            {"file_name": "1.png", "text": " "}
            {"file_name": "2.png", "text": "gone"}
            """);

        ImageFolder samples = ImageFolder.open(folder);

        assertBroken(samples, 0, "1.png: has an empty caption");
        assertBroken(samples, 1, "2.png: not found");
    }

    private static void assertBroken(Dataset<CaptionedImage> samples, long index, String message) {
        assertThatThrownBy(() -> samples.get(index))
                .isInstanceOf(BrokenSampleException.class)
                .hasMessageContaining(message);
    }

    private List<String> captions() {
        ImageFolder samples = ImageFolder.open(folder);
        return LongStream.range(0, samples.size())
                .mapToObj(samples::get)
                .map(sample -> String.join("/", sample.captions()))
                .toList();
    }

    private void picture(String name, int seed) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.write(folder.resolve(name), TestPictures.png(seed));
    }

    private void write(String name, String text) throws IOException {
        Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPictureMayHaveSeveralCaptions() throws Exception {
        picture("1.png", 1);
        write("1.txt", "one\r\n\n  uno \r\n");
        assertThat(captions()).containsExactly("one/uno");
        write("metadata.jsonl", """
            {"file_name": "1.png", "text": ["one", "", "uno"]}
            {"file_name": "1.png", "text": "un, in\\nFrench"}
            """);
        assertThat(captions()).containsExactly("one/uno/un, in\nFrench");
        Files.delete(folder.resolve("metadata.jsonl"));
        write("metadata.csv", """
            file_name,text
            1.png,"[""one"", ""uno""]"
            1.png,[one] in brackets
            """);
        assertThat(captions()).containsExactly("one/uno/[one] in brackets");
        write("metadata.csv", "file_name,text\n1.png,[]\n");
        assertBroken(ImageFolder.open(folder), 0, "1.png: has an empty caption");
    }

    @Test
    void masksAreInFilesBesideThePictures() throws Exception {
        picture("a/1.jpg", 1);
        picture("a/1-masklabel.png", 2);
        picture("a/2.png", 3);
        picture("a/3.png", 4);
        new Image(8, 8, new byte[3 * 8 * 8]).write(folder.resolve("a/3-masklabel.png"));
        write("metadata.csv", "file_name,text\na/1.jpg,one\na/2.png,two\na/3.png,three\n");
        for (boolean listed : List.of(true, false)) {
            ImageFolder samples = masked(Masks.FILES);
            assertThat(samples.size()).isEqualTo(3);
            assertThat(samples.get(0).mask()).contains(TestPictures.picture(2).grey());
            assertThat(samples.get(1).mask()).isEmpty();
            assertBroken(samples, 2, "3-masklabel.png: is a mask of 8x8 pixels, and its picture has 12x10");
            if (listed) {
                Files.delete(folder.resolve("metadata.csv"));
                write("a/1.txt", "one");
                write("a/2.txt", "two");
                write("a/3.txt", "three");
            }
        }
        String before = contents(masked(Masks.FILES), 0);
        assertThat(contents(masked(Masks.NONE), 0)).isNotEqualTo(before);
        picture("a/1-masklabel.png", 5);
        assertThat(contents(masked(Masks.FILES), 0)).isNotEqualTo(before);
    }

    @Test
    void masksThatAreNotUsedAreNoPicturesAndAreNamed() throws Exception {
        picture("1.png", 1);
        write("1.txt", "one");
        picture("1-masklabel.png", 2);
        List<String> findings = new ArrayList<>();
        ImageFolder samples = ImageFolder.open(
                folder, Color.WHITE, Masks.NONE, (file, finding) -> findings.add(file.getFileName() + " " + finding));
        assertThat(samples.size()).isEqualTo(1);
        assertThat(findings)
                .containsExactly("1-masklabel.png is a mask, and masks are not used; set data.masks to files, or"
                        + " remove it");
    }

    @Test
    void alphaChannelsMayBeMasks() throws Exception {
        BufferedImage transparent = new BufferedImage(12, 10, BufferedImage.TYPE_INT_ARGB);
        transparent.setRGB(0, 0, 0x40FF0000);
        ImageIO.write(transparent, "png", folder.resolve("1.png").toFile());
        picture("2.png", 2);
        write("1.txt", "one");
        write("2.txt", "two");

        ImageFolder samples = masked(Masks.ALPHA);

        assertThat(samples.get(0).mask().orElseThrow().rgb()).startsWith(0x40, 0x40, 0x40, 0, 0, 0);
        assertThat(samples.get(1).mask()).isEmpty();
        assertThat(contents(samples, 0)).isNotEqualTo(contents(masked(Masks.NONE), 0));
    }

    private ImageFolder masked(Masks masks) {
        return ImageFolder.open(folder, Color.WHITE, masks, (_, _) -> {});
    }

    private static String contents(ImageFolder samples, long index) {
        return samples.origin(index).orElseThrow().contents().get().picture();
    }

    @Test
    void parquetIsRefusedWithTheWayThroughSpark() throws Exception {
        Path file =
                Files.createFile(Files.createDirectories(folder.resolve("data")).resolve("train-0.parquet"));
        for (Path place : List.of(folder, file)) {
            assertThatThrownBy(() -> ImageFolder.open(place))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(file + ": is Parquet, which is read through Spark only; pack its pictures");
        }
    }

    @Test
    void captionsInParquetAreRefusedAndNotPassedOver() throws Exception {
        picture("1.png", 1);
        write("1.txt", "one");
        Files.createFile(folder.resolve("metadata.parquet"));
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageEndingWith("metadata.parquet: is Parquet, which is read through Spark only; write the"
                        + " captions to metadata.csv, with the columns file_name and text");
    }

    @Test
    void captionsMayBeInATable() throws Exception {
        Path table = Files.writeString(folder.resolve("metadata.csv"), """
            file_name,source,text
            b.png,web,"a cat, ""asleep""
            on a roof"

            a.png,own,a dog
            """);
        picture("a.png", 1);
        picture("b.png", 2);
        ImageFolder pictures = ImageFolder.open(folder);
        assertThat(pictures.get(0).caption()).isEqualTo("a dog");
        assertThat(pictures.get(1).caption()).isEqualTo("a cat, \"asleep\"\non a roof");

        Files.writeString(table, "file_name,text\na.png,a dog, asleep\n");
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .hasMessageContaining(
                        "line 2 has 3 values, and there are 2 columns; put values with commas into quotes");
        Files.writeString(table, "file_name,text\na.png,\"a dog\n");
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .hasMessageContaining("has a quote in line 2 that is not closed");
        Files.writeString(table, "file_name,text\n../a.png,a dog\n");
        assertThatThrownBy(() -> ImageFolder.open(folder)).hasMessageContaining("metadata.csv, line 2");
        Files.writeString(folder.resolve("metadata.jsonl"), "");
        assertThatThrownBy(() -> ImageFolder.open(folder))
                .hasMessageContaining("has both metadata.jsonl and metadata.csv");
    }
}
