package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.ImageFolderWriter;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two workers train what one process trains, also if one of them is killed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClusterTrainingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path shared;

    private static Cluster cluster;
    private static JavaSparkContext spark;
    private static Path recipe = Path.of("");
    private static Map<String, float[]> expected = Map.of();

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(Files.createDirectories(shared.resolve("cluster")), 2);
        SparkConf settings = cluster.settings().set("spark.excludeOnFailure.enabled", "false");
        spark = new JavaSparkContext(settings);
        new ImageFolderWriter()
                .write(
                        shared.resolve("own"),
                        new Scenes(Split.TRAIN, 12, 32, Optional.empty(), 0).map(Sample::captioned),
                        (done, total) -> {});
        Path model = Files.createDirectories(shared.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2,
             "layers_per_block": 1, "latent_channels": 4, "scaling_factor": 1.0}\
            """);
        recipe = Files.writeString(shared.resolve("recipe.yaml"), """
            objective: autoencoder
            model: FOLDER/model
            output: FOLDER/alone
            data: {folder: FOLDER/own, size: 32, held_out: 2}
            autoencoder: {crop: 16}
            training: {steps: 60, batch: 2, accumulate: 2}
            every: {checkpoint: 10, validation: 30, sample: 0}
            """.replace("FOLDER", shared.toString()));
        Engine.useThreads(1);
        Run alone = new Run(Recipe.read(recipe, List.of()), false, List.of());
        assertThat(alone.carryOut()).isTrue();
        expected = weights(alone.result());
    }

    @AfterAll
    static void stop() {
        spark.close();
        cluster.close();
    }

    @Test
    void twoWorkersTrainTheWeightsOfOneProcess() throws IOException {
        assertAreExpected(weights(job("together").run(spark)));
    }

    @Test
    @Tag("slow")
    void aWorkerThatIsKilledCostsTheStepsSinceTheCheckpointOnly() throws Exception {
        Path checkpoints = shared.resolve("killed/checkpoints");
        CompletableFuture<Path> result =
                CompletableFuture.supplyAsync(() -> job("killed").run(spark));
        while (!Files.exists(checkpoints.resolve("step-00000010.safetensors"))) {
            assertThat(result).isNotCompletedExceptionally();
            Thread.sleep(5);
        }
        assertThat(cluster.executors().getLast().destroyForcibly()).isTrue();
        assertThat(result).isNotDone();
        assertAreExpected(weights(result.get()));
    }

    private static TrainJob job(String output) {
        return new TrainJob(recipe, List.of("output=" + shared.resolve(output)), false, false, 2, PATIENCE);
    }

    private static void assertAreExpected(Map<String, float[]> weights) {
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
