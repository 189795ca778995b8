package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.Quality;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of many images are generated in several turns, between which other clients have theirs. */
@Timeout(30)
class TurnsTest {
    private static final Client GREEDY = Client.of("10.0.0.1");
    private static final Client POLITE = Client.of("10.0.0.2");
    private static final Client SESSION = new Client("10.0.0.1", "a session");
    private static final int STEPS = 3;
    private static final Metrics METRICS = new Metrics();

    private static GenerationQueue queue;

    @BeforeAll
    static void open(@TempDir Path folder) {
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        Limits.Generation usual = Limits.DEFAULT.generation();
        queue = GenerationQueue.open(
                ModelRegistry.of(new ModelSource(folder.resolve("tiny"))),
                Limits.DEFAULT.with(new Limits.Generation(
                        usual.maxSide(),
                        usual.maxSteps(),
                        usual.maxImages(),
                        usual.maxWork(),
                        usual.maxPromptLength(),
                        2 * 64 * 64,
                        Duration.ofMinutes(1))),
                METRICS,
                Duration.ZERO);
    }

    @AfterAll
    static void close() {
        queue.close(Duration.ofSeconds(1));
    }

    @Test
    void anotherClientWaitsForOneTurnAndAllImagesAreAsIfGeneratedAlone() throws Exception {
        List<Integer> steps = new ArrayList<>();
        CompletableFuture<Integer> stepsBeforePolite = new CompletableFuture<>();
        GenerationJob greedy = queue.submit(GREEDY, options(5), Quality.FAST, step -> {
            steps.add(step.number());
            assertThat(step.total()).isEqualTo(3 * STEPS);
            if (step.number() == 1) {
                GenerationJob polite = queue.submit(
                        POLITE, options(1).toBuilder().size(64, 72).build(), Quality.FAST, TurnsTest::ignore);
                var _ = polite.images().thenRun(() -> stepsBeforePolite.complete(steps.size()));
            }
        });
        List<GeneratedImage> images = greedy.images().get();
        assertThat(stepsBeforePolite.get())
                .as("steps of the large job before the small one is done")
                .isEqualTo(STEPS);
        assertThat(steps).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(images).hasSize(5);
        for (int i = 0; i < 5; i++) {
            GenerationOptions alone = options(1).toBuilder().seed(7 + i).build();
            GeneratedImage expected = queue.submit(POLITE, alone, Quality.FAST, TurnsTest::ignore)
                    .images()
                    .get()
                    .getFirst();
            assertThat(images.get(i).seed()).isEqualTo(7 + i);
            assertThat(images.get(i).parameters()).isEqualTo(expected.parameters());
            assertAlike(images.get(i), expected);
        }
    }

    @Test
    void anEnlargedImageIsATurnOfItsOwn() throws Exception {
        GenerationOptions enlarged =
                options(2).toBuilder().set(Option.HIRES, 2.0).build();
        queue.submit(POLITE, options(1), Quality.FAST, TurnsTest::ignore)
                .images()
                .get();
        long before = turns();
        GenerationJob job = queue.submit(GREEDY, enlarged, Quality.FAST, TurnsTest::ignore);
        assertThat(job.images().get()).hasSize(2);
        assertThat(turns() - before).isEqualTo(2);
    }

    private static long turns() {
        return METRICS.text()
                .lines()
                .filter(line -> line.startsWith("hypersd_drawing_seconds_count "))
                .mapToLong(line -> (long) Double.parseDouble(line.split(" ", -1)[1]))
                .sum();
    }

    @Test
    void aJobIsCancelledBetweenItsTurns() throws Exception {
        GenerationJob[] greedy = new GenerationJob[1];
        CompletableFuture<Void> interrupted =
                new CompletableFuture<Void>().completeOnTimeout(null, 20, TimeUnit.SECONDS);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        greedy[0] = queue.submit(GREEDY, options(10), Quality.FAST, step -> {
            if (step.number() == 1) {
                queue.submit(POLITE, options(1).toBuilder().size(64, 72).build(), Quality.FAST, between -> {
                    begun.complete(null);
                    interrupted.join();
                });
            }
        });
        begun.get();
        assertThat(queue.before(greedy[0])).as("the large job waits").hasValue(0);
        assertThat(greedy[0].progress()).isPresent();
        assertThat(queue.running(GREEDY)).contains(greedy[0]);
        queue.interrupt(SESSION);
        assertThat(greedy[0].images()).isNotDone();
        queue.interrupt(GREEDY);
        assertThatThrownBy(() -> greedy[0].images().get(1, TimeUnit.SECONDS))
                .hasMessageContaining("the request was cancelled");
        interrupted.complete(null);
    }

    /** A batch and a single image differ by rounding. */
    private static void assertAlike(GeneratedImage image, GeneratedImage expected) {
        byte[] actual = image.image().rgb();
        byte[] other = expected.image().rgb();
        for (int i = 0; i < actual.length; i++) {
            assertThat((actual[i] & 0xFF) - (other[i] & 0xFF)).isBetween(-2, 2);
        }
    }

    private static void ignore(Step step) {}

    private static GenerationOptions options(int count) {
        return GenerationOptions.builder()
                .prompt("a")
                .size(64, 64)
                .steps(STEPS)
                .sampler("ddim")
                .guidance(1)
                .seed(7)
                .count(count)
                .build();
    }
}
