package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.FileRegistry;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.serve.registry.ServedModel;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model is loaded as long as somebody waits for it. */
@Timeout(60)
class LoadingTest {
    private static final Client ONE = Client.of("10.0.0.1");
    private static final Client OTHER = Client.of("10.0.0.2");

    @TempDir
    private static Path folder;

    private final SlowLoader loader = new SlowLoader();
    private final GenerationQueue queue = new GenerationQueue(
            new ModelRegistry(
                    ServedModel.of(new ModelSource(folder.resolve("tiny"))),
                    List.of(),
                    List.of(),
                    LoadOptions.DEFAULT,
                    FileRegistry.models(List.of(folder)),
                    FileRegistry.loras(Map.of(), List.of()),
                    FileRegistry.controlNets(Map.of(), List.of()),
                    new TreeMap<>()),
            Limits.DEFAULT,
            new Metrics(),
            Duration.ZERO,
            loader);

    @BeforeAll
    static void write() {
        for (String name : List.of("tiny", "slow")) {
            RandomModel.write(folder.resolve(name), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        }
    }

    @AfterEach
    void close() {
        loader.goOn.countDown();
        queue.close();
    }

    @Test
    void loadingEndsWhenTheOnlyOneWhoWaitsLeaves() throws Exception {
        loader.holdsUp("slow");
        queue.start();
        GenerationJob job = submit(ONE, "slow");
        loader.begun.await();
        queue.cancel(job);
        loader.ended.join();
        assertThatThrownBy(() -> job.images().join()).hasMessageContaining("the request was cancelled");
        assertThat(submit(OTHER, "tiny").images().join()).hasSize(1);
    }

    @Test
    void loadingGoesOnForOthersWhoWaitForTheSameModel() throws Exception {
        loader.holdsUp("slow");
        queue.start();
        GenerationJob job = submit(ONE, "slow");
        loader.begun.await();
        GenerationJob same = submit(OTHER, "slow");
        queue.interrupt(ONE);
        assertThatThrownBy(() -> job.images().join())
                .as("who leaves is told at once")
                .hasMessageContaining("the request was cancelled");
        assertThat(loader.ended).isNotDone();
        loader.goOn.countDown();
        assertThat(same.images().join()).hasSize(1);
        assertThat(loader.loads).isEqualTo(1);
    }

    @Test
    void loadingEndsWithTheGracePeriodOfTheServer() throws Exception {
        loader.holdsUp("slow");
        queue.start();
        GenerationJob job = submit(ONE, "slow");
        GenerationJob same = submit(OTHER, "slow");
        loader.begun.await();
        queue.close(Duration.ofMillis(10));
        assertThat(loader.ended).isDone();
        for (GenerationJob refused : List.of(job, same)) {
            assertThatThrownBy(() -> refused.images().join()).hasMessageContaining("the server is shutting down");
        }
    }

    @Test
    void aServerThatIsStillLoadingItsFirstModelEndsAtOnceIfNobodyWaits() throws Exception {
        loader.holdsUp("tiny");
        queue.start();
        loader.begun.await();
        queue.close();
        assertThat(loader.ended).isDone();
        assertThatThrownBy(() -> queue.ready().join()).hasMessageContaining("the server is shutting down");
    }

    private GenerationJob submit(Client client, String model) {
        GenerationOptions options = GenerationOptions.builder()
                .prompt("a")
                .model(model)
                .size(64, 64)
                .steps(1)
                .sampler("ddim")
                .build();
        return queue.submit(client, options, Quality.FINAL, step -> {});
    }

    /** Loads models, of which one takes as long as a test wants. */
    private static final class SlowLoader implements LoadedModels.Loader {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private String slow = "";
        private int loads;

        void holdsUp(String model) {
            slow = model;
        }

        @Override
        public DiffusionPipeline load(OpenedModel opened, ImageRequest first, BooleanSupplier isUnwanted) {
            if (!opened.source().location().endsWith(slow)) {
                return DiffusionPipeline.load(opened, first, isUnwanted);
            }
            loads++;
            begun.countDown();
            try {
                while (!goOn.await(1, TimeUnit.MILLISECONDS) && !isUnwanted.getAsBoolean()) {
                    // Another tensor.
                }
                return DiffusionPipeline.load(opened, first, isUnwanted);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                ended.complete(null);
            }
        }
    }
}
