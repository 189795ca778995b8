package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.ImageFolderWriter;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two workers train what one process trains, also if one of them is killed. */
@ExtendWith(Cluster.Shared.class)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ClusterTrainingTest {
    private static final long LIMIT_SECONDS = 30;

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private static JavaSparkContext spark;
    private static Path small = Path.of("");

    private final List<String> news = new CopyOnWriteArrayList<>();
    private Path recipe = small;

    @BeforeAll
    static void start(Cluster shared) throws IOException {
        cluster = shared;
        spark = cluster.connection();
        writePictures(folder.resolve("own"), 32);
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2,
             "layers_per_block": 1, "latent_channels": 4, "scaling_factor": 1.0}\
            """);
        small = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: autoencoder
            model: FOLDER/model
            output: FOLDER/run
            data: {folder: FOLDER/own, size: 32, held_out: 2}
            autoencoder: {crop: 16}
            training: {steps: 60, batch: 2, accumulate: 2}
            every: {checkpoint: 10, validation: 10, sample: 0}
            """.replace("FOLDER", folder.toString()));
        Engine.useThreads(1);
    }

    /** Writes twelve pictures with captions; of scenes by number, two thousand would be held out. */
    static void writePictures(Path folder, int pixels) throws IOException {
        new ImageFolderWriter()
                .write(
                        folder,
                        new Scenes(Split.TRAIN, 12, pixels, Optional.empty(), 0).map(Sample::captioned),
                        (done, total) -> {});
    }

    @Test
    void twoWorkersTrainTheWeightsOfOneProcess() throws IOException {
        String few = "training.steps=20";
        assertAreEqual(weights(train("together", few).join()), alone(few));
    }

    @Test
    @Tag("slow")
    void aWorkerThatIsKilledCostsTheStepsSinceTheCheckpointOnly() throws Exception {
        CompletableFuture<Path> result = train("killed");
        awaitCheckpoint("killed", 10, result);
        assertThat(cluster.executors().getLast().destroyForcibly()).isTrue();
        assertThat(result).isNotDone();
        assertAreEqual(weights(result.get()), alone());
        assertThat(news).singleElement().asString().startsWith("attempt 1 has failed: ");
    }

    /**
     * A process that is stopped keeps its connections and answers nothing, as behind a network that stalls. The first
     * worker also holds the lock of the run's folder.
     */
    @Test
    @Tag("slow")
    void aWorkerThatStallsEndsTheAttemptWithASentenceAndTheNextContinues() throws Exception {
        spark = cluster.connection(Map.of("spark.network.timeout", "60s", "spark.executor.heartbeatInterval", "5s"));
        try {
            AtomicReference<String> first = new AtomicReference<>("");
            spark.sc().addSparkListener(new SparkListener() {
                @Override
                public void onTaskStart(SparkListenerTaskStart start) {
                    if (start.taskInfo().index() == 0) {
                        first.compareAndSet("", start.taskInfo().executorId());
                    }
                }
            });
            CompletableFuture<Path> result = train("stalled");
            awaitCheckpoint("stalled", 10, result);
            ProcessHandle stalled = cluster.executor(first.get());
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(stalled.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(result).isNotDone();
            assertAreEqual(weights(result.get()), alone());
            assertThat(news)
                    .first()
                    .asString()
                    .startsWith("attempt 1 has failed: worker 1 of 2 waited for the others in vain (limit 30 s)");
        } finally {
            spark = cluster.connection();
        }
    }

    @Test
    @Tag("slow")
    void theEmbeddedModelIsTrainedAlikeAlthoughAWorkerIsKilled() throws Exception {
        writePictures(folder.resolve("pictures"), 128);
        recipe = Files.writeString(folder.resolve("embedded.yaml"), """
            objective: finetune
            model: MODEL
            output: FOLDER/embedded
            data: {folder: FOLDER/pictures, size: 128, held_out: 2}
            training: {steps: 8, batch: 1, accumulate: 2}
            every: {checkpoint: 2, validation: 0, sample: 0}
            finetune: {latents: FOLDER/latents, tuning: lora, rank: 4, sample_prompts: []}
            """.replace("FOLDER", folder.toString())
                .replace("MODEL", EmbeddedModel.folder().toString()));
        CompletableFuture<Path> result = train("embedded");
        awaitCheckpoint("embedded", 2, result);
        assertThat(cluster.executors().getFirst().destroyForcibly()).isTrue();
        assertThat(result).isNotDone();
        assertAreEqual(weights(result.get()), alone());
        assertThat(news).isNotEmpty();
    }

    private CompletableFuture<Path> train(String output, String... changes) {
        TrainJob job =
                new TrainJob(recipe, changes(output, changes), false, false, 2, Duration.ofSeconds(LIMIT_SECONDS));
        return CompletableFuture.supplyAsync(() -> job.run(spark, news::add));
    }

    /** Returns the weights that one process trains. */
    private Map<String, float[]> alone(String... changes) throws IOException {
        Run run = new Run(Recipe.read(recipe, changes("alone-" + UUID.randomUUID(), changes)), false, List.of());
        assertThat(run.carryOut()).isTrue();
        return weights(run.result());
    }

    private static List<String> changes(String output, String... others) {
        return Stream.concat(Stream.of("output=" + folder.resolve(output)), Stream.of(others))
                .toList();
    }

    private static void awaitCheckpoint(String output, int step, CompletableFuture<Path> result) throws Exception {
        Path checkpoint = folder.resolve(output).resolve("checkpoints/step-%08d.safetensors".formatted(step));
        while (!Files.exists(checkpoint)) {
            assertThat(result).isNotCompletedExceptionally();
            Thread.sleep(5);
        }
    }

    private static void assertAreEqual(Map<String, float[]> weights, Map<String, float[]> expected) {
        assertThat(weights.keySet()).isEqualTo(expected.keySet());
        weights.forEach((name, values) -> {
            // The sum of two gradients does not depend on their order.
            assertThat(values).as(name).isEqualTo(expected.get(name));
        });
    }

    private static Map<String, float[]> weights(Path folder) throws IOException {
        Map<String, float[]> weights = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList()) {
                Engine.infer(() -> {
                    try (SafetensorsFile file = SafetensorsFile.open(path)) {
                        file.names()
                                .forEach(name -> weights.put(
                                        name,
                                        Tensors.toFloats(
                                                file.find(name).orElseThrow().load())));
                    }
                    return path;
                });
            }
        }
        assertThat(weights).isNotEmpty();
        return weights;
    }
}
