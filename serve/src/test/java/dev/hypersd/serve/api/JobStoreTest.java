package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.tensor.Dtype;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Finished jobs take up bounded memory for a bounded time. */
@Timeout(60)
class JobStoreTest {
    private static final long BYTES_OF_IMAGE = 3 * 64 * 64;

    private static GenerationQueue queue;

    @BeforeAll
    static void open(@TempDir Path folder) {
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        queue = GenerationQueue.open(
                ModelRegistry.of(new ModelSource(folder.resolve("tiny"))),
                Limits.DEFAULT,
                new Metrics(),
                Duration.ZERO);
    }

    @AfterAll
    static void close() {
        queue.close(Duration.ofSeconds(1));
    }

    @Test
    void theOldestImagesGoWhenAllTakeUpTooMuch() throws Exception {
        JobStore jobs = new JobStore(System::nanoTime, 2 * BYTES_OF_IMAGE);
        for (String id : List.of("a", "b", "c", "d")) {
            SubmittedJob job = submit(id, new Image(64, 64, new byte[(int) BYTES_OF_IMAGE]));
            jobs.keep(job);
            assertThat(job.images().get()).hasSize(1);
        }
        assertThat(jobs.of("10.0.0.1")).extracting(SubmittedJob::id).containsExactly("c", "d");
        assertThat(jobs.find("10.0.0.1", "a")).isEmpty();
    }

    @Test
    void imagesAreKeptForAnHour() throws Exception {
        AtomicLong now = new AtomicLong();
        JobStore jobs = new JobStore(now::get, Long.MAX_VALUE);
        SubmittedJob job = submit("a", new Image(64, 64, new byte[(int) BYTES_OF_IMAGE]));
        jobs.keep(job);
        assertThat(job.images().get()).hasSize(1);
        now.addAndGet(JobStore.KEPT.toNanos());
        assertThat(jobs.find("10.0.0.1", "a")).isPresent();
        now.incrementAndGet();
        assertThat(jobs.find("10.0.0.1", "a")).isEmpty();
    }

    @Test
    void aFinishedJobDoesNotHoldThePicturesThatItsClientSent() throws Exception {
        Image sent = new Image(64, 64, new byte[(int) BYTES_OF_IMAGE]);
        WeakReference<Image> held = new WeakReference<>(sent);
        SubmittedJob done = submit("a", sent);
        sent = new Image(1, 1, new byte[3]);
        assertThat(done.images().get()).hasSize(1);
        while (held.get() != null) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(done.describe(queue, false)).containsEntry("state", "done");
        assertThat(sent.width()).isEqualTo(1);
    }

    private static SubmittedJob submit(String id, Image original) {
        GenerationOptions options = GenerationOptions.builder()
                .prompt("a")
                .steps(1)
                .sampler("ddim")
                .guidance(1)
                .seed(1)
                .image(PictureSource.of(original))
                .strength(1)
                .build();
        return new SubmittedJob(
                id,
                "10.0.0.1",
                queue.submit(Client.of("10.0.0.1"), options, Quality.FAST, step -> {}),
                _ -> new byte[0],
                List.of(),
                Optional.empty());
    }
}
