package dev.hypersd.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionEmbeddingsTest {
    @TempDir
    Path folder;

    private final List<Long> encoded = new ArrayList<>();
    private int opened;
    private boolean pooling;
    private String fingerprint = "one";

    @Test
    void embeddingsAreReturnedInTheRequestedOrder() {
        try (CaptionEmbeddings embeddings = open(40)) {
            assertThat(values(embeddings, 39, 0, 39)).containsExactly(39, 39.5f, 0, 0.5f, 39, 39.5f);
        }
    }

    @Test
    void encodesEachCaptionOnce() {
        try (CaptionEmbeddings embeddings = CaptionEmbeddings.open(
                folder,
                fingerprint,
                LongStream.of(1, 2, 1, 1).mapToObj(CaptionEmbeddingsTest::ids),
                this::encoder,
                (d, t) -> {})) {
            assertThat(encoded).containsExactly(1L, 2L);
            assertThat(values(embeddings, 2)).containsExactly(2, 2.5f);
        }
    }

    @Test
    void onlyMissingCaptionsAreEncoded() {
        open(3).close();
        encoded.clear();
        try (CaptionEmbeddings embeddings = open(5)) {
            assertThat(encoded).containsExactly(3L, 4L);
            assertThat(values(embeddings, 4, 1)).containsExactly(4, 4.5f, 1, 1.5f);
        }
        open(5).close();
        assertThat(opened).isEqualTo(2);
    }

    @Test
    void pooledVectorsAreReturnedIfTheEncoderMakesThem() {
        pooling = true;
        try (CaptionEmbeddings embeddings = open(40)) {
            float[] pooled = Engine.infer(() ->
                    Tensors.toFloats(embeddings.pooled(List.of(ids(39), ids(1))).orElseThrow()));
            assertThat(pooled).containsExactly(-39, -39.5f, -1, -1.5f);
        }
    }

    @Test
    void captionsOfAnotherEncoderAreRefused() {
        open(3).close();
        fingerprint = "another";
        assertThatThrownBy(() -> open(3))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageEndingWith(
                        "captions-0000.safetensors: has captions of another text encoder (fingerprint one, not"
                                + " another);"
                                + " remove its folder, or name another one");
    }

    @Test
    void withoutPooledVectorsNoneAreReturned() {
        try (CaptionEmbeddings embeddings = open(3)) {
            assertThat(embeddings.pooled(List.of(ids(1)))).isEmpty();
        }
    }

    @Test
    void aCaptionThatWasNotGivenIsRefused() {
        try (CaptionEmbeddings embeddings = open(3)) {
            assertThatThrownBy(() -> values(embeddings, 3))
                    .hasMessage("a caption was requested that was not given for encoding");
        }
    }

    private CaptionEmbeddings open(int count) {
        return CaptionEmbeddings.open(
                folder,
                fingerprint,
                LongStream.range(0, count).mapToObj(CaptionEmbeddingsTest::ids),
                this::encoder,
                (done, total) -> {});
    }

    private static long[] ids(long caption) {
        return new long[] {7, caption};
    }

    private static float[] values(CaptionEmbeddings embeddings, long... captions) {
        return Engine.infer(() -> Tensors.toFloats(embeddings.of(
                LongStream.of(captions).mapToObj(CaptionEmbeddingsTest::ids).toList())));
    }

    /** Caption i has one token, of two numbers: i and i + 0.5. */
    private CaptionEmbeddings.Encoder encoder() {
        opened++;
        return new CaptionEmbeddings.Encoder() {
            @Override
            public CaptionEmbeddings.Encoded encode(List<long[]> captions) {
                float[] values = new float[2 * captions.size()];
                for (int i = 0; i < captions.size(); i++) {
                    long caption = captions.get(i)[1];
                    encoded.add(caption);
                    values[2 * i] = caption;
                    values[2 * i + 1] = caption + 0.5f;
                }
                Tensor hidden = Tensors.of(values, captions.size(), 1, 2);
                return new CaptionEmbeddings.Encoded(
                        hidden, pooling ? Optional.of(hidden.squeeze(1).neg()) : Optional.empty());
            }

            @Override
            public void close() {}
        };
    }
}
