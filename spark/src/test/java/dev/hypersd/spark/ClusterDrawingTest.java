package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.cli.DrawingArguments;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.PromptFile;
import dev.hypersd.spark.ExecutorModel.Drawing;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A small model on a standalone cluster of two workers: the pictures are those of one machine, each there once. */
@ExtendWith(Cluster.Shared.class)
class ClusterDrawingTest {
    private static final int PICTURES = 12;

    @TempDir
    static Path shared;

    private static JavaSparkContext spark;
    private static List<String> arguments = List.of();
    private static List<Image> expected = List.of();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start(Cluster cluster) {
        spark = cluster.connection();
        arguments = tinyModel(shared.resolve("tiny"), 2);
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

    /** Writes a model that draws in milliseconds, and returns the arguments for pictures of 32x32 in {@code steps}. */
    static List<String> tinyModel(Path model, int steps) {
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        return List.of(
                "--model",
                model.toString(),
                "--steps",
                Integer.toString(steps),
                "--size",
                "32x32",
                "--guidance",
                "1",
                "--sampler",
                "tcd");
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
        assertThat(err.toString()).contains("12 drawn, 0 were there, 0 failed");
        for (int i = 0; i < PICTURES; i++) {
            assertThat(Image.read(out.resolve("%08d.png".formatted(i)))).isEqualTo(expected.get(i));
        }
        assertThat(Files.readAllLines(out.resolve("metadata.jsonl"))).hasSize(PICTURES);
        Files.delete(out.resolve("00000003.png"));
        Files.writeString(out.resolve("00000007.png"), "damaged");
        assertThat(draw(prompts, out)).isTrue();
        assertThat(err.toString()).contains("2 drawn, 10 were there, 1 of those drawn replace damaged files, 0 failed");
        assertThat(Image.read(out.resolve("00000007.png"))).isEqualTo(expected.get(7));
    }

    @Test
    void whatCannotBeDrawnIsListedAndPicturesMayGoIntoTarFiles() throws IOException {
        Path prompts = Files.writeString(shared.resolve("prompts.csv"), "prompt,size\na fox,\na cat,31x32\na dog,\n");
        Path out = shared.resolve("tars");
        PictureList list = list(prompts);
        assertThat(new GenerateJob(
                                drawing(), out.toString(), GenerateJob.Format.WEBDATASET, 5, new PrintWriter(err, true))
                        .run(spark, list))
                .isFalse();
        assertThat(out.resolve("failures.jsonl"))
                .content()
                .contains("\"row\":2")
                .contains("not 31");
        assertThat(out.resolve("00000.tar")).exists();
    }

    @Test
    void promptsComeFromParquetAndPicturesGoIntoParquet() {
        SparkSession session = SparkSession.builder().getOrCreate();
        String prompts = shared.resolve("prompts.parquet").toString();
        session.range(6)
                .selectExpr(
                        "concat('a fox, picture ', id) as prompt",
                        "id as seed",
                        "case when id = 2 then '31x32' when id = 4 then 'large' end as size",
                        "id * 2 as rating")
                .coalesce(1)
                .write()
                .parquet(prompts);
        PromptFile file = ParquetPrompts.read(spark, prompts);
        assertThat(file.warnings())
                .singleElement()
                .asString()
                .endsWith("columns that are not options have no effect: rating");
        PictureList list =
                PictureList.of(file, DrawingArguments.parse(arguments).options());
        Path out = shared.resolve("parquet");
        GenerateJob job =
                new GenerateJob(drawing(), out.toString(), GenerateJob.Format.PARQUET, 5, new PrintWriter(err, true));
        assertThat(job.run(spark, list)).isFalse();
        assertThat(err.toString()).contains("4 drawn, 0 were there, 2 failed");

        List<Row> rows =
                session.read().parquet(out.resolve("00000.parquet").toString()).collectAsList();
        assertThat(rows).extracting(row -> row.<Long>getAs("number")).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        for (Row row : rows) {
            int number = (int) (long) row.<Long>getAs("number");
            byte[] png = row.getAs("image");
            if (number == 2 || number == 4) {
                assertThat(png).isNull();
                assertThat(row.<String>getAs("error")).contains(number == 2 ? "multiple of 8, not 31" : "large");
            } else {
                assertThat(Image.decode(Path.of("row"), png)).isEqualTo(expected.get(number));
                assertThat(row.<String>getAs("text")).isEqualTo(prompt(number));
                assertThat(row.<Object>getAs("seed")).hasToString(Integer.toString(number));
                assertThat(row.<Double>getAs("seconds")).isPositive();
                assertThat(row.<String>getAs("parameters")).contains("Seed: " + number);
            }
        }
        err.getBuffer().setLength(0);
        assertThat(job.run(spark, list)).isFalse();
        assertThat(err.toString()).contains("0 drawn, 4 were there, 2 failed");
        assertThatThrownBy(() -> ParquetPrompts.read(spark, prompts + ":7"))
                .hasMessageContaining("has 6 prompts, not 7");
        assertThatThrownBy(() ->
                        ParquetPrompts.read(spark, out.resolve("00000.parquet").toString()))
                .hasMessageContaining("has no column \"prompt\"; there are [error, fingerprint");
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
        return new GenerateJob(drawing(), out.toString(), GenerateJob.Format.FOLDER, 5, new PrintWriter(err, true))
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
