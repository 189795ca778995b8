package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.WebDataset;
import dev.hypersd.image.Png;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and captions of Parquet are encoded by two executors, and a training finds them encoded. */
@ExtendWith(Cluster.Shared.class)
class ClusterEncodingTest {
    private static final int PICTURES = 270;

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private final Dataset<CaptionedImage> pictures =
            new Scenes(Split.TRAIN, PICTURES, 32, Optional.empty(), 0).map(Sample::captioned);
    private JavaSparkContext spark;
    private Path recipe;

    @BeforeEach
    void write(Cluster cluster) throws IOException {
        spark = cluster.connection();
        Engine.useThreads(1);
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: finetune
            model: FOLDER/tiny
            output: FOLDER/run
            data: {webdataset: FOLDER/tars, size: 32, held_out: 2}
            training: {steps: 2, batch: 2}
            every: {checkpoint: 10, validation: 0, sample: 0}
            finetune: {latents: FOLDER/latents, tuning: lora, rank: 2, sample_prompts: []}
            """.replace("FOLDER", folder.toString()));
    }

    @Test
    void whatExecutorsEncodeOfParquetIsWhatOneProcessEncodes() throws IOException {
        parquet();
        pack();
        // Row 5 has no picture, row 8 no caption.
        assertThat(err.toString())
                .contains("%d samples are written to %s, 0 tar files were there, 2 rows are broken"
                        .formatted(PICTURES - 2, folder.resolve("tars")))
                .containsPattern("part-.*parquet: row 5 has no picture")
                .containsPattern("part-.*parquet: row 8 has no caption");
        WebDataset packed = WebDataset.open(folder.resolve("tars").toString());
        assertThat(packed.size()).isEqualTo(PICTURES - 2);
        assertThat(packed.get(0)).isEqualTo(pictures.get(0));
        assertThat(packed.get(6)).isEqualTo(pictures.get(8));
        err.getBuffer().setLength(0);
        pack();
        assertThat(err.toString()).contains("0 samples are written").contains("2 tar files were there");

        new TrainJob(recipe, List.of(), true, true, 2, Duration.ofSeconds(60)).run(spark, sentence -> {});
        List<String> encoded = files("latents");
        assertThat(encoded).hasSizeGreaterThan(1);
        // A training finds everything there, and learns what one does that encodes by itself.
        byte[] shared = trained("shared", "latents");
        assertThat(files("latents")).isEqualTo(encoded);
        assertThat(trained("alone", "own")).isEqualTo(shared);
    }

    @Test
    void aRecipeWithoutAFolderOfTarFilesIsRefused() {
        assertThatThrownBy(() ->
                        EncodeCommand.tars(Recipe.read(recipe, List.of("data={folder: " + folder + ", size: 32}"))))
                .hasMessageContaining("--parquet takes a recipe whose data.webdataset names the folder");
    }

    private void pack() {
        PackSamples.run(
                spark,
                folder.resolve("data.parquet"),
                new PackSamples(folder.resolve("tars").toString(), "image", "text"),
                new PrintWriter(err, true));
    }

    /** Writes two files with the structure in which Hugging Face's data sets have pictures. */
    private void parquet() {
        StructType image = new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
        StructType schema = new StructType().add("image", image).add("text", DataTypes.StringType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            CaptionedImage picture = pictures.get(i);
            byte[] png = new Png().encode(picture.image(), Optional.empty());
            rows.add(RowFactory.create(
                    i == 4 ? null : RowFactory.create(png, i + ".png"), i == 7 ? "  " : picture.caption()));
        }
        SparkSession session = SparkSession.builder().getOrCreate();
        session.createDataFrame(rows, schema)
                .coalesce(1)
                .write()
                .option("maxRecordsPerFile", PICTURES / 2)
                .parquet(folder.resolve("data.parquet").toString());
    }

    /** Trains in this process, and returns the bytes of the LoRA. */
    private byte[] trained(String output, String latents) throws IOException {
        Run run = new Run(
                Recipe.read(
                        recipe,
                        List.of("output=" + folder.resolve(output), "finetune.latents=" + folder.resolve(latents))),
                false,
                List.of());
        assertThat(run.carryOut()).isTrue();
        return Files.readAllBytes(run.result().resolve("lora.safetensors"));
    }

    /** Returns the files of latents and embeddings. */
    private List<String> files(String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(name))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }
}
