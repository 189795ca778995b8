package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import dev.hypersd.spark.ExecutorModel.Drawing;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Executors are killed, models are missing, disks are full: each picture is there once, and is that of one machine. */
@ExtendWith(Cluster.Shared.class)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ClusterFailuresTest {
    private static final List<String> EMBEDDED = List.of("--lora", "hyper-1step", "--vae", "tiny");
    private static final int POISONED = 123;

    @TempDir
    static Path folder;

    private static Cluster cluster;
    private static JavaSparkContext spark;
    private static List<String> tiny = List.of();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(Cluster shared) {
        cluster = shared;
        spark = cluster.connection();
        tiny = ClusterDrawingTest.tinyModel(folder.resolve("tiny"), 4);
        Engine.useThreads(1);
    }

    @Test
    void aKilledExecutorCostsNoPicture() throws Exception {
        Path prompts = Files.writeString(folder.resolve("cats.txt"), "a cat\n".repeat(40));
        Path out = folder.resolve("cats");
        CompletableFuture<Boolean> job =
                CompletableFuture.supplyAsync(() -> draw(tiny, prompts, out).join());
        killAt(out, 3, job);
        assertThat(job.get()).isTrue();
        assertThat(Files.readAllLines(out.resolve("metadata.jsonl"))).hasSize(40);
        assertThat(pictures(out)).isEqualTo(40);
        assertAreThoseOfOneMachine(tiny, prompts, out);
    }

    @Test
    @Tag("slow")
    void fiveHundredPromptsSurviveTwoKilledExecutorsAndAPoisonedRow() throws Exception {
        int count = 500;
        StringBuilder text = new StringBuilder("prompt,size\n");
        for (int i = 0; i < count; i++) {
            text.append("a red house number %d,%s%n".formatted(i, i == POISONED ? "127x128" : ""));
        }
        Path prompts = Files.writeString(folder.resolve("prompts.csv"), text);
        Path out = folder.resolve("out");
        CompletableFuture<Boolean> job =
                CompletableFuture.supplyAsync(() -> draw(EMBEDDED, prompts, out).join());
        killAt(out, 60, job);
        killAt(out, 250, job);
        assertThat(job.get()).isFalse();

        assertThat(Files.readAllLines(out.resolve("failures.jsonl")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("\"row\":124").contains("not 127"));
        assertThat(Files.readAllLines(out.resolve("metadata.jsonl"))).hasSize(count - 1);
        assertThat(pictures(out)).isEqualTo(count - 1);
        for (int i = 0; i < 3; i++) {
            Files.delete(out.resolve("%08d.png".formatted(100 * i + 7)));
        }
        assertThat(draw(EMBEDDED, prompts, out).join()).isFalse();
        assertThat(err.toString()).contains("3 drawn, 496 were there, 1 failed");
        assertAreThoseOfOneMachine(EMBEDDED, prompts, out);
    }

    @Test
    void anExecutorWithoutTheModelLeavesItsTasksToTheOther() throws Exception {
        cluster.awaitExecutors();
        // Each executor sees this link in the folder of its worker; only one worker has it.
        Files.createSymbolicLink(cluster.folderOfWorker(1).resolve("model"), folder.resolve("tiny"));
        Path prompts = Files.writeString(folder.resolve("few.txt"), "a cat\n".repeat(12));
        List<String> arguments = new ArrayList<>(tiny);
        arguments.set(1, "/proc/self/cwd/../../model");
        Path out = folder.resolve("few");
        assertThat(draw(arguments, prompts, out).join()).isTrue();
        assertThat(pictures(out)).isEqualTo(12);
    }

    /** An executor that has loaded a model learns that the files of the driver have changed since. */
    @Test
    void otherFilesOfTheModelAreRefusedWithASentence() {
        ExecutorModel.lease(Drawing.of(tiny, "", 1));
        assertThatThrownBy(() -> ExecutorModel.lease(Drawing.of(tiny, "0".repeat(32), 1)))
                .isInstanceOf(HyperSdException.class)
                .hasMessageContaining("on this executor are others than those of the driver");
    }

    /** Spark starts an executor for the one that it gives up, which takes longer than the rest of the test. */
    @Test
    @Tag("slow")
    void aFullDiskEndsTheJobWithASentenceAndTheSameCommandContinuesIt() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        Assumptions.assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=60k", "tmpfs", disk.toString())
                                .start()
                                .waitFor()
                        == 0,
                "a small file system takes the right to mount one");
        try {
            Path prompts = Files.writeString(folder.resolve("many.txt"), "a cat\n".repeat(40));
            assertThatThrownBy(() -> draw(tiny, prompts, disk).join())
                    .hasRootCauseInstanceOf(Exception.class)
                    .hasMessageContaining("No space left on device");
            long drawn = pictures(disk);
            assertThat(drawn).isBetween(1L, 39L);
            new ProcessBuilder("mount", "-o", "remount,size=20m", disk.toString())
                    .start()
                    .waitFor();
            assertThat(draw(tiny, prompts, disk).join()).isTrue();
            assertThat(pictures(disk)).isEqualTo(40);
            assertThat(err.toString()).doesNotContain("40 drawn");
        } finally {
            new ProcessBuilder("umount", disk.toString()).start().waitFor();
        }
    }

    @Test
    void anOverheadThatIsTooSmallIsRefusedWithTheSettingToChange() {
        SparkConf conf = new SparkConf(false).setMaster("yarn").set("spark.executor.memory", "1g");
        DrawingArguments embedded = DrawingArguments.parse(List.of());
        conf.set("spark.executor.memoryOverhead", "256m");
        assertThatThrownBy(() -> ExecutorMemory.of(conf).require(embedded.source(), 1))
                .isInstanceOf(HyperSdException.class)
                .hasMessageContaining("spark.executor.memoryOverhead of the executor is 0.25 GiB")
                .hasMessageContaining("submit with --conf spark.executor.memoryOverhead=");
        conf.set("spark.executor.memoryOverhead", "2g");
        ExecutorMemory.of(conf).require(embedded.source(), 1);
    }

    private CompletableFuture<Boolean> draw(List<String> arguments, Path prompts, Path out) {
        PictureList list = PictureList.of(
                PromptFile.tolerant(prompts.toString(), Optional.empty()),
                DrawingArguments.parse(arguments).options());
        GenerateJob job = new GenerateJob(
                Drawing.of(arguments, "", 1),
                out.toString(),
                GenerateJob.Format.FOLDER,
                10,
                new PrintWriter(err, true));
        return CompletableFuture.supplyAsync(() -> job.run(spark, list));
    }

    private static void killAt(Path out, int drawn, CompletableFuture<Boolean> job) throws Exception {
        while (!job.isDone() && pictures(out) < drawn) {
            Thread.sleep(10);
        }
        assertThat(job).isNotDone();
        assertThat(cluster.executors().getFirst().destroyForcibly()).isTrue();
    }

    private static long pictures(Path out) throws IOException {
        if (!Files.isDirectory(out)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(out)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+\\.png"))
                    .count();
        }
    }

    private static void assertAreThoseOfOneMachine(List<String> arguments, Path prompts, Path out) {
        DrawingArguments parsed = DrawingArguments.parse(arguments);
        PictureList list = PictureList.of(PromptFile.tolerant(prompts.toString(), Optional.empty()), parsed.options());
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(parsed.source())) {
            list.pictures().stream()
                    .filter(wanted -> wanted.number() % 20 == 7 && wanted.number() != POISONED)
                    .forEach(wanted -> {
                        Image alone = pipeline.generate(parsed.resolve(wanted.options(), parsed.source())
                                        .request())
                                .getFirst()
                                .image();
                        assertThat(Image.read(out.resolve("%08d.png".formatted(wanted.number()))))
                                .as(wanted.options().get(Option.PROMPT).orElseThrow())
                                .isEqualTo(alone);
                    });
        }
    }
}
