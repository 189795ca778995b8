package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetFindingsTest {
    private final List<String> told = new ArrayList<>();
    private final DatasetFindings findings = new DatasetFindings(told::add);

    /** Every third sample is broken, with details of its own, and the others have something to warn of. */
    private Dataset<Long> samples(long count) {
        return findings.watch(new Dataset<>() {
            @Override
            public long size() {
                return count;
            }

            @Override
            public Long get(long index) {
                if (index % 3 == 0) {
                    throw new BrokenSampleException(
                            index + ".png", "has no caption, %d.txt is missing".formatted(index));
                }
                findings.warn(Path.of(index + ".png"), "has transparent parts");
                return index;
            }
        });
    }

    @Test
    void eachKindIsReportedOnceAtTheFirstFileAndOnceWithItsNumber() {
        Dataset<Long> samples = new SkippingDataset<>(samples(12));
        for (int epoch = 0; epoch < 3; epoch++) {
            for (long i = 0; i < samples.size(); i++) {
                samples.get(i);
            }
        }
        assertThat(told)
                .containsExactly(
                        "0.png: has no caption, 0.txt is missing; the next sample takes its place",
                        "1.png has transparent parts",
                        "4 files of the data set: has no caption (0.png, 3.png, 6.png and 1 more)",
                        "8 files of the data set: has transparent parts (1.png, 2.png, 4.png and 5 more)");
    }

    @Test
    void aSingleFileIsReportedOnce() {
        Dataset<Long> samples = new SkippingDataset<>(samples(2));
        samples.get(0);
        samples.get(1);
        assertThat(told).hasSize(2);
    }
}
