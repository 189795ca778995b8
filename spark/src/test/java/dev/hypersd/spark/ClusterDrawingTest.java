package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.PromptFile;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small model on a standalone cluster of two workers: the pictures are those of one machine, each there once. */
class ClusterDrawingTest {
    private static final int PICTURES = 20;

    @TempDir
    static Path shared;

    private static Cluster cluster;
    private static JavaSparkContext spark;
    private static List<String> arguments = List.of();
    private static List<Image> expected = List.of();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        cluster = Cluster.start(Files.createDirectories(shared.resolve("cluster")), 2);
        spark = new JavaSparkContext(cluster.settings());
        Path model = shared.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        arguments = List.of(
                "--model", model.toString(), "--steps", "2", "--size", "32x32", "--guidance", "1", "--sampler", "tcd");
        Engine.useThreads(1);
        DrawingArguments parsed = DrawingArguments.parse(arguments);
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(parsed.source())) {
            expected = IntStream.range(0, PICTURES)
                    .mapToObj(i -> {
                        ImageRequest request = parsed.resolve(
                                        parsed.options().toBuilder()
                                                .prompt(prompt(i))
                                                .seed(i)
                                                .build(),
                                        parsed.source())
                                .request();
                        return pipeline.generate(request).getFirst().image();
                    })
                    .toList();
        }
    }

    @AfterAll
    static void stop() {
        spark.close();
        cluster.close();
    }

    private static String prompt(int i) {
        return "a fox, picture " + i;
    }

    @Test
    void aFileOfPromptsIsDrawnOnceWithThePicturesOfOneMachine() throws IOException {
        Path prompts = Files.writeString(
                shared.resolve("prompts.txt"),
                IntStream.range(0, PICTURES).mapToObj(i -> prompt(i) + "\n").collect(Collectors.joining()));
        Path out = shared.resolve("out");
        assertThat(draw(prompts, out)).isTrue();
        assertThat(err.toString()).contains("20 drawn, 0 were there, 0 failed");
        for (int i = 0; i < PICTURES; i++) {
            assertThat(Image.read(out.resolve("%08d.png".formatted(i)))).isEqualTo(expected.get(i));
        }
        assertThat(Files.readAllLines(out.resolve("metadata.jsonl"))).hasSize(PICTURES);
        Files.delete(out.resolve("00000003.png"));
        Files.writeString(out.resolve("00000007.png"), "damaged");
        assertThat(draw(prompts, out)).isTrue();
        assertThat(err.toString()).contains("2 drawn, 18 were there, 1 of those drawn replace damaged files, 0 failed");
        assertThat(Image.read(out.resolve("00000007.png"))).isEqualTo(expected.get(7));
    }

    @Test
    void whatCannotBeDrawnIsListedAndPicturesMayGoIntoTarFiles() throws IOException {
        Path prompts = Files.writeString(shared.resolve("prompts.csv"), "prompt,size\na fox,\na cat,31x32\na dog,\n");
        Path out = shared.resolve("tars");
        PictureList list = list(prompts);
        assertThat(new GenerateJob(drawing(), out.toString(), true, 5, new PrintWriter(err, true)).run(spark, list))
                .isFalse();
        assertThat(out.resolve("failures.jsonl"))
                .content()
                .contains("\"row\":2")
                .contains("not 31");
        assertThat(out.resolve("00000.tar")).exists();
    }

    @Test
    void theTransformerDrawsEachRowAndIsReadBackInAPipeline() throws IOException {
        SparkSession session = SparkSession.builder().getOrCreate();
        Dataset<Row> rows = session.range(PICTURES)
                .selectExpr(
                        "concat('a fox, picture ', id) as prompt",
                        "id as seed",
                        "case when id = 5 then '31x32' else '32x32' end as size")
                .repartition(4);
        String stored = shared.resolve("pipeline").toString();
        TextToImage draw = new TextToImage().setArguments(arguments.toArray(String[]::new));
        new Pipeline().setStages(new PipelineStage[] {draw}).fit(rows).save(stored);
        List<Row> drawn = PipelineModel.load(stored).transform(rows).collectAsList();
        assertThat(drawn).hasSize(PICTURES);
        assertThat(drawn).extracting(row -> row.<Long>getAs("seed")).doesNotHaveDuplicates();
        for (Row row : drawn) {
            int number = (int) (long) row.<Long>getAs("seed");
            Row picture = row.getAs("image");
            if (number == 5) {
                assertThat(picture).isNull();
                assertThat(row.<String>getAs("error")).contains("multiple of 8, not 31");
                continue;
            }
            assertThat(row.<String>getAs("error")).isNull();
            assertThat(row.<String>getAs("parameters")).contains("Seed: " + number);
            byte[] reversed = picture.getAs("data");
            byte[] pixels = expected.get(number).rgb();
            assertThat(reversed[0]).isEqualTo(pixels[2]);
            assertThat(reversed[pixels.length - 1]).isEqualTo(pixels[pixels.length - 3]);
        }
    }

    private boolean draw(Path prompts, Path out) {
        return new GenerateJob(drawing(), out.toString(), false, 5, new PrintWriter(err, true))
                .run(spark, list(prompts));
    }

    private static PictureList list(Path prompts) {
        return PictureList.of(
                PromptFile.tolerant(prompts.toString(), Optional.empty()),
                DrawingArguments.parse(arguments).options());
    }

    private static Drawing drawing() {
        return Drawing.of(
                arguments,
                PictureFingerprint.of(DrawingArguments.parse(arguments).source()),
                1);
    }
}
