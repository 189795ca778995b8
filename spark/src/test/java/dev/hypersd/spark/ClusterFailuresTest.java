package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model on two workers while things fail: each picture is there once, and is that of one machine. */
@Tag("slow")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ClusterFailuresTest {
    private static final int PROMPTS = 500;
    private static final int POISONED = 123;
    private static final List<String> FAST = List.of("--lora", "hyper-1step", "--vae", "tiny");

    @TempDir
    static Path shared;

    private static Cluster cluster;
    private static JavaSparkContext spark;

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(Files.createDirectories(shared.resolve("cluster")), 2);
        spark = new JavaSparkContext(cluster.settings());
        Engine.useThreads(1);
    }

    @AfterAll
    static void stop() {
        spark.close();
        cluster.close();
    }

    @Test
    void fiveHundredPromptsSurviveTwoKilledExecutorsAndAPoisonedRow() throws Exception {
        StringBuilder text = new StringBuilder("prompt,size\n");
        for (int i = 0; i < PROMPTS; i++) {
            text.append("a red house number %d,%s%n".formatted(i, i == POISONED ? "127x128" : ""));
        }
        Path prompts = Files.writeString(shared.resolve("prompts.csv"), text);
        Path out = shared.resolve("out");
        CompletableFuture<Boolean> job =
                CompletableFuture.supplyAsync(() -> draw(FAST, prompts, out, "").join());
        killAt(out, 60, job);
        killAt(out, 250, job);
        assertThat(job.get()).isFalse();

        assertThat(Files.readAllLines(out.resolve("failures.jsonl")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("\"row\":124").contains("not 127"));
        assertThat(Files.readAllLines(out.resolve("metadata.jsonl"))).hasSize(PROMPTS - 1);
        assertThat(pictures(out)).isEqualTo(PROMPTS - 1);
        for (int i = 0; i < 3; i++) {
            Files.delete(out.resolve("%08d.png".formatted(100 * i + 7)));
        }
        assertThat(draw(FAST, prompts, out, "").join()).isFalse();
        assertThat(err.toString()).contains("3 drawn, 496 were there, 1 failed");
        assertAreThoseOfOneMachine(prompts, out);
    }

    @Test
    void anExecutorWithoutTheModelLeavesItsTasksToTheOther() throws Exception {
        // Each executor sees this link in the folder of its worker; only one worker has it.
        String own = "/proc/self/cwd/../../model";
        Files.createSymbolicLink(shared.resolve("cluster/worker-1/model"), EmbeddedModel.folder());
        Path prompts = Files.writeString(shared.resolve("few.txt"), "a cat\n".repeat(20));
        List<String> arguments = List.of("--model", own, "--lora", "none", "--steps", "1", "--guidance", "1");
        Path out = shared.resolve("few");
        assertThat(draw(arguments, prompts, out, "").join()).isTrue();
        assertThat(pictures(out)).isEqualTo(20);
    }

    @Test
    void otherFilesOfTheModelAreRefusedWithASentence() throws Exception {
        Path prompts = Files.writeString(shared.resolve("one.txt"), "a cat\n");
        CompletableFuture<Boolean> job = draw(FAST, prompts, shared.resolve("one"), "0".repeat(32));
        assertThatThrownBy(job::join)
                .rootCause()
                .isInstanceOf(Exception.class)
                .hasMessageContaining("on this executor are others than those of the driver");
    }

    @Test
    void aFullDiskEndsTheJobWithASentenceAndTheSameCommandContinuesIt() throws Exception {
        Path disk = Files.createDirectories(shared.resolve("disk"));
        Assumptions.assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk.toString())
                                .start()
                                .waitFor()
                        == 0,
                "a small file system takes the right to mount one");
        try {
            Path prompts = Files.writeString(shared.resolve("many.txt"), "a cat\n".repeat(40));
            assertThatThrownBy(() -> draw(FAST, prompts, disk, "").join())
                    .hasRootCauseInstanceOf(Exception.class)
                    .hasMessageContaining("No space left on device");
            long drawn = pictures(disk);
            assertThat(drawn).isBetween(1L, 39L);
            new ProcessBuilder("mount", "-o", "remount,size=20m", disk.toString())
                    .start()
                    .waitFor();
            assertThat(draw(FAST, prompts, disk, "").join()).isTrue();
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

    private CompletableFuture<Boolean> draw(List<String> arguments, Path prompts, Path out, String fingerprint) {
        PictureList list = PictureList.of(
                PromptFile.tolerant(prompts.toString(), Optional.empty()),
                DrawingArguments.parse(arguments).options());
        GenerateJob job = new GenerateJob(
                Drawing.of(arguments, fingerprint, 1), out.toString(), false, 10, new PrintWriter(err, true));
        return CompletableFuture.supplyAsync(() -> job.run(spark, list));
    }

    private static void killAt(Path out, int drawn, CompletableFuture<Boolean> job) throws Exception {
        while (!job.isDone() && pictures(out) < drawn) {
            Thread.sleep(100);
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

    private static void assertAreThoseOfOneMachine(Path prompts, Path out) {
        DrawingArguments parsed = DrawingArguments.parse(FAST);
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
