package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ClosingQueueTest {
    @Test
    @Timeout(60)
    void aStepThatDoesNotEndDoesNotKeepTheServerFromEnding(@TempDir Path folder) throws Exception {
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        GenerationQueue queue = GenerationQueue.open(
                ModelRegistry.of(new ModelSource(folder.resolve("tiny"))),
                Limits.DEFAULT,
                new Metrics(),
                Duration.ZERO);
        try {
            GenerationOptions options = GenerationOptions.builder()
                    .prompt("a")
                    .size(64, 64)
                    .steps(4)
                    .sampler("ddim")
                    .build();
            GenerationJob job = queue.submit(Client.of("client"), options, Quality.FAST, step -> {
                begun.countDown();
                await(end);
            });
            begun.await();
            queue.close(Duration.ofMillis(1));
            assertThat(end.getCount()).isEqualTo(1);
            assertThatThrownBy(() -> job.images().join()).hasMessageContaining("the server is shutting down");
        } finally {
            end.countDown();
            queue.close();
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
