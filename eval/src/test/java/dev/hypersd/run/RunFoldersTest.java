package dev.hypersd.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.FolderLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFoldersTest {
    /** Two steps and a validation, as a run writes them; the names have characters of one to four bytes. */
    private static final String THREE_LINES = """
        {"step":1,"a/loss":0.5,"a/größe 😀":2.0,"samples":8,"seconds":1.5}
        {"step":2,"a/loss":0.25,"a/größe 😀":3.0,"samples":8,"seconds":2.5}
        {"step":2,"a/held-out loss":0.75}
        """;

    @TempDir
    private Path temporary;

    private Path root;
    private Path folder;

    @BeforeEach
    void makeRun() throws IOException {
        root = temporary.resolve("runs");
        folder = Files.createDirectories(root.resolve("mini/base"));
        write(THREE_LINES);
    }

    @Test
    void aRunIsListedWithWhatItsLogAndItsRecipeSay() throws IOException {
        Instant moved = Instant.parse("2026-01-02T03:04:05Z");
        Files.setLastModifiedTime(folder.resolve("log.jsonl"), FileTime.from(moved));
        Files.writeString(folder.resolve(RunFolder.RECIPE), "objective=base\ntraining.steps=40\n");
        assertThat(only().name()).isEqualTo("mini/base");
        assertThat(only().objective()).isEqualTo("base");
        assertThat(only().step()).isEqualTo(2);
        assertThat(only().steps()).hasValue(40);
        assertThat(only().losses()).containsExactly(Map.entry("a/held-out loss", 0.75), Map.entry("a/loss", 0.25));
        assertThat(only().moved()).isEqualTo(moved);
        assertThat(only().running()).isFalse();
        assertThat(only().faults()).isEmpty();
        try (FolderLock _ = FolderLock.of(folder)) {
            assertThat(only().running()).isTrue();
        }
        assertThat(only().running()).isFalse();
    }

    @Test
    void curvesHaveTheStepsAndTheTimeOfTraining() {
        List<RunCurves.Points> curves = curves().curves();
        assertThat(curves)
                .extracting(RunCurves.Points::name)
                .containsExactly("a/loss", "a/größe 😀", "a/held-out loss");
        assertThat(curves.getFirst().steps()).containsExactly(1, 2);
        assertThat(curves.getFirst().seconds()).containsExactly(1.5, 4);
        assertThat(curves.getFirst().means()).containsExactly(0.5, 0.25);
        assertThat(curves.getFirst().last()).isEqualTo(0.25);
        assertThat(curves.getLast().seconds()).containsExactly(4);
    }

    @Test
    void aLogThatIsCutOffAtAnyByteIsReadUpToItsLastWholeLine() throws IOException {
        byte[] bytes = THREE_LINES.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= bytes.length; length++) {
            String begin = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
            Files.write(folder.resolve("log.jsonl"), begin.getBytes(StandardCharsets.ISO_8859_1));
            long whole = begin.chars().filter(next -> next == '\n').count();
            assertThat(only().step()).as("of %d bytes", length).isEqualTo(Math.min(2, whole));
            assertThat(curves().curves()).as("of %d bytes", length).hasSize(whole == 0 ? 0 : whole < 3 ? 2 : 3);
            assertThat(curves().faults()).isEmpty();
            assertThat(only().faults())
                    .isEqualTo(
                            begin.isEmpty() || begin.endsWith("\n")
                                    ? List.of()
                                    : List.of("log.jsonl: the last line has no end and is left out"));
        }
    }

    @Test
    void aLogThatGrowsByteByByteGivesTheSameCurvesAsTheWholeLog() throws IOException {
        byte[] bytes = THREE_LINES.getBytes(StandardCharsets.UTF_8);
        write("");
        RunFolder run = runs().find("mini/base").orElseThrow();
        for (byte next : bytes) {
            Files.write(folder.resolve("log.jsonl"), new byte[] {next}, StandardOpenOption.APPEND);
            run.curves();
        }
        assertThat(run.curves()).usingRecursiveComparison().isEqualTo(curves());
        assertThat(run.curves().curves()).hasSize(3);
    }

    @Test
    void aLogThatResumingHasCutIsReadFromItsBegin() throws IOException {
        RunFolder run = runs().find("mini/base").orElseThrow();
        assertThat(run.curves().curves()).hasSize(3);
        write("{\"step\":1,\"a/loss\":0.5}\n");
        assertThat(run.curves().curves()).hasSize(1);
        write("{\"step\":1,\"a/loss\":0.5}\n{\"step\":2,\"a/loss\":7}\n" + " ".repeat(400));
        assertThat(run.curves().curves().getFirst().means()).containsExactly(0.5, 7);
        write("{\"step\":1,\"a/loss\":0.5}\n{\"step\":2,\"a/loss\":8}\n" + " ".repeat(400));
        assertThat(run.curves().curves().getFirst().means()).containsExactly(0.5, 8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "nonsense",
                "[]",
                "1",
                "{}",
                "{\"step\":\"3\"}",
                "{\"step\":1.5}",
                "{\"step\":-1}",
                "{\"step\":1e99}",
                "{\"step\":2,\"step\":2}",
                "{\"step\":2,\"a/loss\":NaN}",
                "{\"step\":2,\"a/loss\":\"NaN\"}",
                "{\"step\":2,\"a/loss\":1e999}",
                "{\"step\":2,\"a/loss\":{}}",
                "{\"step\":2} {\"step\":2}",
                "{\"step\":99999999999999999999}",
                "\u0000",
                "\ufeff\ufeff{"
            })
    void aDamagedLineIsNamedAndLeftOut(String damaged) throws IOException {
        write(THREE_LINES + damaged + "\n{\"step\":3,\"a/loss\":0.125}\n");
        RunCurves curves = curves();
        assertThat(curves.curves().getFirst().means()).containsExactly(0.5, 0.25, 0.125);
        assertThat(curves.faults())
                .singleElement()
                .asString()
                .startsWith("log.jsonl: the line at byte %d "
                        .formatted(THREE_LINES.getBytes(StandardCharsets.UTF_8).length))
                .endsWith(" and is left out");
        assertThat(only().faults()).isEqualTo(curves.faults());
        assertThat(only().step()).isEqualTo(3);
    }

    @Test
    void whatIsNoTextInWhatAResumedRunHasChangedIsHarmless() throws IOException {
        write("{\"step\":1,\"changed\":{\"a\":{},\"b\":[1],\"c\":2,\"d\":null,\"e\":\"1 -> 2\"}}\n"
                + "{\"step\":1,\"changed\":\"text\"}\n{\"step\":1,\"changed\":[{}]}\n" + THREE_LINES);
        assertThat(curves().changes())
                .containsExactly(new RunCurves.Change(1, Map.of("a", "", "b", "", "c", "2", "d", "", "e", "1 -> 2")));
        assertThat(curves().faults()).isEmpty();
        assertThat(curves().curves()).hasSize(3);
    }

    @Test
    void bytesThatAreNoTextLongLinesAndManyNamesAreLeftOut() throws IOException {
        String many = LongStream.range(0, 200).mapToObj("\"v%d\":1"::formatted).collect(Collectors.joining(","));
        Files.write(folder.resolve("log.jsonl"), new byte[] {(byte) 0xFF, (byte) 0xC0, '\n'});
        Files.writeString(
                folder.resolve("log.jsonl"),
                "{\"step\":1,\"x\":\"" + "y".repeat(1 << 20) + "\"}\n{\"step\":1," + many + "}\n" + THREE_LINES,
                StandardOpenOption.APPEND);
        assertThat(curves().curves()).hasSize(128);
        assertThat(curves().faults()).singleElement().asString().contains("is not UTF-8 text", "more values or lines");
        assertThat(only().step()).isEqualTo(2);
    }

    @Test
    void aLongLogIsThinnedToPointsThatKeepMeansAndExtremes() throws IOException {
        int steps = 4500;
        write(LongStream.rangeClosed(1, steps)
                .mapToObj(
                        step -> "{\"step\":%d,\"loss\":%d,\"seconds\":1}\n".formatted(step, step == 780 ? 9999 : step))
                .collect(Collectors.joining()));
        RunCurves.Points points = curves().curves().getFirst();
        int eight = 8; // 4500 values are more than 4 for each of 1000 points.
        assertThat(points.steps()).hasSize((steps + eight - 1) / eight);
        for (int i = 0; i < steps / eight; i++) {
            long last = (i + 1L) * eight;
            boolean spike = last - eight < 780 && 780 <= last;
            assertThat(points.steps()[i]).isEqualTo(last);
            assertThat(points.seconds()[i]).isEqualTo(last);
            assertThat(points.least()[i]).isEqualTo(last - eight + 1);
            assertThat(points.greatest()[i]).isEqualTo(spike ? 9999 : last);
            assertThat(points.means()[i]).isEqualTo(last - 3.5 + (spike ? (9999 - 780) / 8.0 : 0));
        }
        assertThat(points.last()).isEqualTo(steps);
    }

    /** The file is sparse, so that the test writes only its end. */
    @Test
    void ofAnEnormousLogOnlyTheEndIsReadForTheList() throws IOException {
        try (RandomAccessFile log =
                new RandomAccessFile(folder.resolve("log.jsonl").toFile(), "rw")) {
            log.seek(1L << 40);
            log.write("\n{\"step\":8,\"a/loss\":0.5}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(only().step()).isEqualTo(8);
        assertThat(curves().faults()).containsExactly("log.jsonl: is larger than 2 GiB and is not read");
        Files.delete(folder.resolve("log.jsonl"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "mini",
                "mini/..",
                "mini/base/",
                "mini//base",
                "./mini/base",
                "mini/../mini/base",
                "/etc",
                "../outside",
                "link",
                "mini/base/samples",
                "mini/none",
                "\u0000",
                "mini\\base"
            })
    void onlyTheNamesOfRunsInTheFolderAreFound(String name) throws IOException {
        Path outside = Files.createDirectories(temporary.resolve("outside"));
        Files.writeString(outside.resolve("log.jsonl"), THREE_LINES);
        Files.createSymbolicLink(root.resolve("link"), outside);
        assertThat(runs().find(name)).isEmpty();
        assertThat(runs().states()).extracting(RunState::name).containsExactly("mini/base");
    }

    @Test
    void linksInTheFolderOfARunAreNotFollowed() throws IOException {
        Path secret = Files.writeString(temporary.resolve("secret"), "objective=secret\n");
        Path sheet = Files.write(temporary.resolve("step-00000001-a.png"), png());
        Files.createSymbolicLink(folder.resolve(RunFolder.RECIPE), secret);
        Files.createDirectories(folder.resolve("samples"));
        Files.createSymbolicLink(folder.resolve("samples/step-00000001-a.png"), sheet);
        RunFolder run = runs().find("mini/base").orElseThrow();
        assertThat(run.recipe()).isEmpty();
        assertThat(run.samples()).isEmpty();
        assertThat(run.sheet("step-00000001-a.png")).isEmpty();
        Files.delete(folder.resolve("log.jsonl"));
        Files.createSymbolicLink(folder.resolve("log.jsonl"), Files.writeString(secret, THREE_LINES));
        assertThat(runs().states()).isEmpty();
    }

    @Test
    void sheetsAreInTheOrderOfTheirStepsAndOtherFilesAreNone() throws IOException {
        Path samples = Files.createDirectories(folder.resolve("samples"));
        for (String file : List.of("step-00000500-b.png", "step-00000500-a.png", "step-100000000-a.png", "other.png")) {
            Files.write(samples.resolve(file), png());
        }
        Files.writeString(samples.resolve("step-00000001-a.png"), "no picture");
        Files.createDirectories(samples.resolve("step-00000002-a.png"));
        RunFolder run = runs().find("mini/base").orElseThrow();
        assertThat(run.samples())
                .containsExactly(
                        new Sample(1, "a", "step-00000001-a.png"),
                        new Sample(500, "a", "step-00000500-a.png"),
                        new Sample(500, "b", "step-00000500-b.png"),
                        new Sample(100_000_000, "a", "step-100000000-a.png"));
        assertThat(run.sheet("step-00000500-a.png")).contains(png());
        assertThat(run.sheet("step-00000001-a.png")).as("is no PNG").isEmpty();
        for (String file :
                List.of("other.png", "../log.jsonl", "step-00000001-../../log.jsonl", "step-00000009-a.png")) {
            assertThat(run.sheet(file)).as(file).isEmpty();
        }
    }

    @Test
    void aDamagedRecipeIsNamedAndTheRunIsListed() throws IOException {
        Files.writeString(folder.resolve(RunFolder.RECIPE), "no keys");
        assertThat(only().faults()).containsExactly("resolved.yaml: has no keys");
        assertThat(only().step()).isEqualTo(2);
    }

    @Test
    void aRunThatHasNotLoggedAnythingYetIsListedAndOtherFoldersAreNot() throws IOException {
        FolderLock.of(root.resolve("encoding")).close();
        Files.createDirectories(root.resolve("encoding/checkpoints"));
        FolderLock.of(root.resolve("evaluation")).close();
        Files.createDirectories(root.resolve("deep/1/2/3/4/5/6"));
        assertThat(runs().states()).extracting(RunState::name).containsExactlyInAnyOrder("encoding", "mini/base");
        assertThat(RunFolders.in(folder, RunFoldersTest::keys).states())
                .extracting(RunState::name)
                .containsExactly(".");
        assertThat(RunFolders.in(folder, RunFoldersTest::keys).find(".")).isPresent();
        assertThatThrownBy(() -> RunFolders.in(root.resolve("none"), RunFoldersTest::keys))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(root.resolve("none") + " is not a folder; name the folder that runs are written to");
    }

    private void write(String log) throws IOException {
        Files.writeString(folder.resolve("log.jsonl"), log);
    }

    private RunFolders runs() {
        return RunFolders.in(root, RunFoldersTest::keys);
    }

    private RunState only() {
        List<RunState> states = runs().states();
        assertThat(states).hasSize(1);
        return states.getFirst();
    }

    private RunCurves curves() {
        return runs().find("mini/base").orElseThrow().curves();
    }

    private static byte[] png() {
        return new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 1, 2, 3};
    }

    /** Reads lines of the form {@code key=value}. */
    private static SortedMap<String, String> keys(Path file) {
        SortedMap<String, String> keys = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split("=", 2);
                if (parts.length < 2) {
                    throw new InvalidFileException(file, "has no keys");
                }
                keys.put(parts[0], parts[1]);
            }
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read", e);
        }
        return keys;
    }
}
