package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.bulk.BatchDrawing;
import dev.hypersd.bulk.BulkRun;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureFolder;
import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.json.Json;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.LazyPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.PromptFile;
import dev.hypersd.spark.ExecutorModel.Drawing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Measures what a cluster costs and gains; the figures of docs/spark.md are what this prints on an idle machine. */
@Tag("slow")
@ExtendWith(Cluster.Shared.class)
class ClusterMeasurementTest {
    private static final List<String> FAST = List.of("--lora", "hyper-1step", "--vae", "tiny");
    private static final int PICTURES = 60;
    private static final int MANY = 2000;

    /** The samples of a worker in a step; sums between workers take as long for few as for many. */
    private static final int BATCH = 16;

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    /** How long something took, and how long processors worked for it. */
    private record Cost(String what, Duration wall, Duration processors) {
        @Override
        public String toString() {
            return "%-28s %6.2f pictures a second, %5.0f ms of a processor for each"
                    .formatted(what, PICTURES * 1e3 / wall.toMillis(), processors.toMillis() / (double) PICTURES);
        }
    }

    @Test
    void picturesASecondWithoutSparkAndWithOneAndTwoExecutors(Cluster cluster) {
        Engine.useThreads(1);
        System.out.println(alone());
        System.out.println(together(cluster, 1));
        System.out.println(together(cluster, 2));
    }

    @Test
    void aStepOfTwoWorkersBesideAStepOfOne(Cluster cluster) throws IOException {
        ClusterTrainingTest.writePictures(folder.resolve("pictures"), 128);
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: finetune
            model: MODEL
            output: FOLDER/run
            data: {sources: [{folder: FOLDER/pictures, repeats: 8}], size: 128, held_out: 2}
            training: {steps: 16, batch: BATCH}
            every: {checkpoint: 100, validation: 0, sample: 0}
            finetune: {latents: FOLDER/latents, tuning: full, sample_prompts: []}
            """.replace("FOLDER", folder.toString())
                .replace("MODEL", EmbeddedModel.folder().toString())
                .replace("BATCH", Integer.toString(BATCH)));
        double one = samplesASecond(executors(cluster, 1), recipe, 1);
        double two = samplesASecond(executors(cluster, 2), recipe, 2);
        System.out.printf(
                "a full step: %.2f samples a second by one worker, %.2f by two, %.2f times%n", one, two, two / one);
    }

    /** Trains with as many micro-batches as workers, and returns the samples a second of the median step. */
    private double samplesASecond(JavaSparkContext spark, Path recipe, int workers) throws IOException {
        Path output = folder.resolve("workers-" + workers);
        List<String> changes = List.of("output=" + output, "training.accumulate=" + workers);
        new TrainJob(recipe, changes, false, false, workers, Duration.ofMinutes(10)).run(spark, System.out::println);
        double[] seconds = Files.readAllLines(output.resolve("log.jsonl")).stream()
                .map(Json.MAPPER::readTree)
                .filter(line -> line.has("seconds"))
                // The first steps also load and compile.
                .skip(4)
                .mapToDouble(line -> line.path("seconds").asDouble())
                .sorted()
                .toArray();
        assertThat(seconds).hasSizeGreaterThan(8);
        return BATCH * workers / seconds[seconds.length / 2];
    }

    @Test
    void theMemoryOfAnExecutorIsFlatOverTwoThousandPictures(Cluster cluster) throws IOException {
        Path model = folder.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        List<String> arguments = List.of(
                "--model", model.toString(), "--steps", "1", "--size", "64x64", "--guidance", "1", "--sampler", "tcd");
        JavaSparkContext spark = executors(cluster, 1);
        draw(spark, arguments, list(arguments, MANY / 4), "first");
        long before = resident(cluster);
        draw(spark, arguments, list(arguments, MANY), "second");
        long after = resident(cluster);
        System.out.printf(
                "executor: %d MiB after %d pictures, %d MiB after %d more%n",
                before >> 20, MANY / 4, after >> 20, MANY);
        // Java's heap may still grow to its limit of 512 MiB; tensors that are not freed would take far more.
        assertThat(after - before).isLessThan(150L << 20);
    }

    private Cost alone() {
        DrawingArguments arguments = DrawingArguments.parse(FAST);
        ModelSource source = arguments.source();
        try (LazyPipeline pipeline = new LazyPipeline(source)) {
            BatchDrawing drawing = new BatchDrawing(
                    options -> arguments.resolve(options, source),
                    PictureFingerprint.of(source),
                    pipeline::get,
                    1,
                    sentence -> {});
            BulkRun.Listener quiet = new BulkRun.Listener() {
                @Override
                public void drew(Drawn drawn, Path file) {}

                @Override
                public void failed(Failure failure) {
                    throw new AssertionError(failure.reason());
                }
            };
            new BulkRun(drawing, store("warm"), quiet).draw(list(FAST, 4).pictures());
            long begin = System.nanoTime();
            Duration worked = worked(ProcessHandle.current());
            new BulkRun(drawing, store("alone"), quiet)
                    .draw(list(FAST, PICTURES).pictures());
            return new Cost(
                    "one process",
                    Duration.ofNanos(System.nanoTime() - begin),
                    worked(ProcessHandle.current()).minus(worked));
        }
    }

    private PictureFolder store(String name) {
        return PictureFolder.open(PictureFolder.Place.of(folder.resolve(name).toString()), PICTURES);
    }

    private Cost together(Cluster cluster, int executors) {
        JavaSparkContext spark = executors(cluster, executors);
        draw(spark, FAST, list(FAST, 8 * executors), "warm-" + executors);
        Duration worked = worked(cluster);
        long begin = System.nanoTime();
        draw(spark, FAST, list(FAST, PICTURES), "out-" + executors);
        return new Cost(
                "%d executor(s) of one thread".formatted(executors),
                Duration.ofNanos(System.nanoTime() - begin),
                worked(cluster).minus(worked));
    }

    /** Returns a connection to fresh executors of one core each. */
    private static JavaSparkContext executors(Cluster cluster, int count) {
        cluster.disconnect();
        return cluster.connection(Map.of("spark.cores.max", Integer.toString(count)));
    }

    private void draw(JavaSparkContext spark, List<String> arguments, PictureList list, String out) {
        GenerateJob job = new GenerateJob(
                Drawing.of(arguments, "", 1),
                folder.resolve(out).toString(),
                GenerateJob.Format.FOLDER,
                4,
                new PrintWriter(err, true));
        assertThat(job.run(spark, list)).as(err.toString()).isTrue();
    }

    private PictureList list(List<String> arguments, int count) {
        try {
            Path prompts = Files.writeString(folder.resolve("prompts.txt"), "a red house at night\n".repeat(count));
            return PictureList.of(
                    PromptFile.named(prompts.toString(), Optional.empty()),
                    DrawingArguments.parse(arguments).options());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Duration worked(Cluster cluster) {
        return cluster.executors().stream().map(ClusterMeasurementTest::worked).reduce(Duration.ZERO, Duration::plus);
    }

    private static Duration worked(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Returns the resident memory of the only executor, as Linux tells it. */
    private static long resident(Cluster cluster) throws IOException {
        Path status = Path.of(
                "/proc/%d/status".formatted(cluster.executors().getFirst().pid()));
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
