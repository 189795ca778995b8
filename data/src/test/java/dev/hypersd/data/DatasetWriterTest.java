package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DatasetWriterTest {
    private static final List<CaptionedImage> SAMPLES = List.of(
            sample(1, "a red house"),
            sample(2, "line one\nline two"),
            sample(3, "\"quoted\", \\ and {braced}"),
            sample(4, "猫 auf dem Dach 🐈"),
            sample(5, "five"));

    @TempDir
    Path folder;

    static Stream<DatasetWriter> writers() {
        return Stream.of(new ImageFolderWriter(), new WebDatasetWriter(), new WebDatasetWriter(2));
    }

    @ParameterizedTest
    @MethodSource("writers")
    void writtenSamplesAreReadBackInTheirOrder(DatasetWriter writer) {
        List<Long> progress = new ArrayList<>();
        writer.write(folder.resolve("set"), dataset(SAMPLES), (done, total) -> progress.add(done));

        assertThat(all(open(writer, folder.resolve("set")))).isEqualTo(SAMPLES);
        assertThat(progress).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @ParameterizedTest
    @MethodSource("writers")
    void anySampleIsTheSameInAnyOrderAndAfterOpeningAgain(DatasetWriter writer) {
        writer.write(folder.resolve("set"), dataset(SAMPLES), (done, total) -> {});

        assertThat(open(writer, folder.resolve("set")).get(3)).isEqualTo(SAMPLES.get(3));
        assertThat(open(writer, folder.resolve("set")).get(1)).isEqualTo(SAMPLES.get(1));
    }

    @ParameterizedTest
    @MethodSource("writers")
    void equalSamplesMakeEqualFilesAndNothingElseStays(DatasetWriter writer) throws Exception {
        writer.write(folder.resolve("a"), dataset(SAMPLES), (done, total) -> {});
        writer.write(folder.resolve("b"), dataset(SAMPLES), (done, total) -> {});

        try (Stream<Path> files = Files.list(folder.resolve("a"))) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(file -> {
                assertThat(file.toString()).doesNotEndWith(".part");
                assertThat(folder.resolve("b").resolve(file.getFileName())).hasSameBinaryContentAs(file);
            });
        }
    }

    @Test
    void tarFilesHaveTheRequestedNumberOfSamples() {
        new WebDatasetWriter(2).write(folder.resolve("set"), dataset(SAMPLES), (done, total) -> {});

        assertThat(folder.resolve("set")).isDirectoryContaining("glob:**00002.tar");
        assertThat(WebDataset.open(folder.resolve("set/00002.tar").toString()).size())
                .isEqualTo(1);
        assertThat(all(WebDataset.open(folder + "/set/{00001..00002}.tar"))).isEqualTo(SAMPLES.subList(2, 5));
    }

    @ParameterizedTest
    @MethodSource("writers")
    void aFailureWhileWritingLeavesNoDataSet(DatasetWriter writer) {
        Path target = folder.resolve("set");
        Dataset<CaptionedImage> broken = dataset(SAMPLES).map(sample -> {
            if (sample.equals(SAMPLES.get(1))) {
                throw new BrokenSampleException("the second one", "is broken");
            }
            return sample;
        });

        assertThatThrownBy(() -> writer.write(target, broken, (done, total) -> {}))
                .isInstanceOf(BrokenSampleException.class);
        assertThat(target)
                .isDirectoryNotContaining("glob:**.part")
                .isDirectoryNotContaining("glob:**.tar")
                .isDirectoryNotContaining("glob:**metadata*");
    }

    @ParameterizedTest
    @MethodSource("writers")
    void aFolderThatIsNotEmptyIsRefusedAndUnchanged(DatasetWriter writer) throws Exception {
        Files.createFile(folder.resolve("something"));

        assertThatThrownBy(() -> writer.write(folder, dataset(SAMPLES), (done, total) -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(folder + " is not empty; name a new folder");
        assertThat(folder).isDirectoryNotContaining("glob:**0*");
    }

    private static Dataset<CaptionedImage> open(DatasetWriter writer, Path folder) {
        return switch (writer) {
            case ImageFolderWriter() -> ImageFolder.open(folder);
            case WebDatasetWriter(int count) -> WebDataset.open(folder.toString());
        };
    }

    private static List<CaptionedImage> all(Dataset<CaptionedImage> samples) {
        return LongStream.range(0, samples.size()).mapToObj(samples::get).toList();
    }

    private static CaptionedImage sample(int seed, String caption) {
        return new CaptionedImage(TestPictures.picture(seed), caption);
    }

    private static Dataset<CaptionedImage> dataset(List<CaptionedImage> samples) {
        return new Dataset<>() {
            @Override
            public long size() {
                return samples.size();
            }

            @Override
            public CaptionedImage get(long index) {
                return samples.get((int) index);
            }
        };
    }
}
