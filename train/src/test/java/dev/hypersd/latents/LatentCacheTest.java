package dev.hypersd.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentCacheTest {
    private static final int COUNT = 70;

    @TempDir
    Path folder;

    private final AtomicInteger encoded = new AtomicInteger();
    private String fingerprint = "one";
    private long firstColour;
    private long firstCaption;

    @Test
    void samplesAreReadBackByTheirNumbers() {
        try (LatentCache cache = open()) {
            assertThat(cache.size()).isEqualTo(COUNT);
            for (int i : new int[] {0, 31, 32, 69}) {
                assertThat(cache.get(i).latents()).containsExactly(i, i + 0.5f);
                assertThat(cache.get(i).ids()).containsExactly(7, i);
            }
        }
    }

    @Test
    void encodesOnlyOnce() {
        open().close();
        open().close();

        assertThat(encoded).hasValue(COUNT);
    }

    @Test
    void latentsOfAnotherEncoderAreRefused() {
        open().close();
        fingerprint = "another";

        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageMatching(
                        ".*latents-00000000-70\\.safetensors: has latents of another autoencoder or of other pictures"
                                + " \\(fingerprint \\w{8}, not \\w{8}\\); remove its folder, or name another one");
    }

    @Test
    void latentsOfOtherPicturesOrCaptionsAreRefused() {
        open().close();
        firstColour = 1;
        assertThatThrownBy(this::open).hasMessageContaining("of other pictures");
        firstColour = 0;
        firstCaption = 1;
        assertThatThrownBy(this::open).hasMessageContaining("of other pictures");
        firstCaption = 0;
        open().close();
        assertThat(encoded).hasValue(COUNT);
    }

    @Test
    void filesWithoutAFingerprintAreRefused() {
        Engine.infer(() -> {
            SafetensorsWriter.write(
                    folder.resolve("latents-00000000-70.safetensors"),
                    Map.of("latents", Tensors.empty(COUNT, 2, 1, 1), "ids", Tensors.empty(Dtype.I32, COUNT, 2)),
                    Map.of());
            return 0;
        });
        assertThatThrownBy(this::open).hasMessageContaining("(fingerprint none, not ");
    }

    private LatentCache open() {
        List<Long> reported = new ArrayList<>();
        return LatentCache.open(folder, pictures(), encoder(), (done, total) -> reported.add(done));
    }

    /** Picture i is one pixel of colour i with caption i, but for the first one where that is changed. */
    private Dataset<CaptionedImage> pictures() {
        return new Dataset<>() {
            @Override
            public long size() {
                return COUNT;
            }

            @Override
            public CaptionedImage get(long index) {
                byte colour = (byte) (index == 0 ? firstColour : index);
                return new CaptionedImage(
                        new Image(1, 1, new byte[] {colour, 0, 0}), Long.toString(index == 0 ? firstCaption : index));
            }
        };
    }

    private LatentCache.Encoder encoder() {
        return new LatentCache.Encoder() {
            @Override
            public Tensor latents(List<CaptionedImage> samples) {
                encoded.addAndGet(samples.size());
                float[] values = new float[samples.size() * 2];
                for (int i = 0; i < samples.size(); i++) {
                    values[2 * i] = samples.get(i).image().rgb()[0];
                    values[2 * i + 1] = values[2 * i] + 0.5f;
                }
                return Tensors.of(values, samples.size(), 2, 1, 1);
            }

            @Override
            public long[] ids(String caption) {
                return new long[] {7, Long.parseLong(caption)};
            }

            @Override
            public String fingerprint() {
                return fingerprint;
            }
        };
    }
}
