package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolderWriter;
import dev.hypersd.data.Origin;
import dev.hypersd.data.WebDatasetWriter;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.section.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSectionTest {
    private static final Dataset<CaptionedImage> PICTURES =
            new Scenes(Split.TRAIN, 10, 40, Optional.empty(), 7).map(Sample::captioned);

    private static final Logger LOG = Logger.getLogger("dev.hypersd.recipe");

    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            warnings.add(new MessageFormat(line.getMessage()).format(line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        LOG.removeHandler(handler);
    }

    @Test
    void withoutAKeyScenesAreDrawn() throws Exception {
        assertThat(section("")).isEqualTo(new DataSection.DrawnPictures(100_000, 128, Optional.empty()));
        assertThat(section("data: {scenes: 5, size: 64}").open().training().get(4))
                .isEqualTo(new Scenes(Split.TRAIN, 5, 64, Optional.empty(), 0)
                        .get(4)
                        .captioned());
    }

    @Test
    void theLastPicturesOfAFolderAreHeldOut() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES, (done, total) -> {});

        DataSection.Parts parts =
                section("data: {folder: FOLDER/own, size: 40, held_out: 3}").open();

        assertThat(all(parts.training())).isEqualTo(all(PICTURES).subList(0, 7));
        assertThat(all(parts.heldOut())).isEqualTo(all(PICTURES).subList(7, 10));
    }

    @Test
    void tarFilesGiveTheSameAsAFolder() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES, (done, total) -> {});
        new WebDatasetWriter(4).write(folder.resolve("tars"), PICTURES, (done, total) -> {});

        DataSection.Parts one = section("data: {folder: FOLDER/own, size: 32}").open();
        DataSection.Parts other = section("data: {webdataset: 'FOLDER/tars/{00000..00002}.tar', size: 32}")
                .open();

        assertThat(all(one.training()))
                .hasSize(9)
                .isEqualTo(all(other.training()))
                .allSatisfy(sample -> assertThat(sample.image()).hasToString("picture of 32x32"));
        assertThat(all(one.heldOut())).hasSize(1).isEqualTo(all(other.heldOut()));
    }

    @Test
    void brokenPicturesAreReplacedWithinTheirPartAndNamed() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES, (done, total) -> {});
        Files.writeString(folder.resolve("own/00000007.png"), "broken");
        Files.delete(folder.resolve("own/00000009.png"));

        DataSection.Parts parts =
                section("data: {folder: FOLDER/own, size: 40, held_out: 2}").open();

        for (int epoch = 0; epoch < 2; epoch++) {
            assertThat(parts.training().get(7)).isEqualTo(PICTURES.get(0));
            assertThat(parts.heldOut().get(1)).isEqualTo(PICTURES.get(8));
        }
        assertThat(warnings).hasSize(2);
        assertThat(warnings.getFirst())
                .contains("00000007.png: is not a picture that can be read")
                .endsWith("; the next sample takes its place");
        assertThat(warnings.getLast()).contains("00000009.png: not found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "data: {scenes: 5, folder: x} | data.folder is given in addition to data.scenes; give one of scenes, "
                        + "folder, webdataset and sources",
                "data: {folder: x, webdataset: y} | data.webdataset is given in addition to data.folder; give one of "
                        + "scenes",
                "data: {folder: x, size: 16}      | data.size is 16, it must be at least 32",
                "data: {folder: x, held_out: 0}   | data.held_out is 0, it must be at least 1",
                "data: {folder: x, held_uot: 1}   | data.held_uot is unknown; do you mean held_out?",
                "data: {folder: x, background: chequered} | data.background must be white, black, grey or #rrggbb, not",
                "data: {folder: x, tag_orders: 0} | data.tag_orders is 0, it must be at least 1",
                "data: {folder: x, keep_tags: 2}  | data.keep_tags is 2, and the tags stay in one order anyway",
                "data: {folder: x, size: 100}     | data.size is 100, it must be a multiple of 8",
                "data: {folder: x, bucket_step: 8} | data.bucket_step has no effect without data.buckets; set that",
                "data: {folder: x, buckets: true, bucket_step: 12} | data.bucket_step is 12; it must be a multiple of",
                "data: {folder: x, buckets: true, bucket_step: 128} | data.bucket_step is 128; it must be a multiple",
                "data: {scenes: 5, buckets: true} | data.buckets is unknown",
                "data: {folder: 7}                | data.folder must be a string, not 7",
                "data: {folder: x, repeats: 2}    | data.repeats is unknown",
                "data: {sources: []}              | data.sources is empty; name at least one folder or webdataset",
                "data: {sources: [{repeats: 2}]}  | data.sources[0].folder or webdataset must name the pictures of",
                "data: {sources: [{folder: x}, {folder: x, webdataset: y}]} | data.sources[1].folder or webdataset "
                        + "must",
                "data: {folder: x, masks: beside} | data.masks is \"beside\", known are none, files, alpha",
                "data: {folder: x, regularisation: 1} | data.regularisation is unknown",
                "data: {sources: [{folder: x, regularisation: 1}]} | data.sources has pictures for regularisation only",
                "data: {sources: [{folder: x, repeats: 0}]} | data.sources[0].repeats is 0, it must be at least 1",
                "data: {sources: [{folder: x, size: 64}]}   | data.sources[0].size is unknown",
            })
    void invalidValuesAreNamed(String data, String message) {
        assertThatThrownBy(() -> section(data))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("recipe.yaml")
                .hasMessageContaining(message);
    }

    @Test
    void aDataSetWithoutTrainingPicturesIsRefused() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES, (done, total) -> {});
        new ImageFolderWriter().write(folder.resolve("single"), PICTURES.part(0, 1), (done, total) -> {});

        assertThatThrownBy(() ->
                        section("data: {folder: FOLDER/own, held_out: 10}").open())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("10 of 10 pictures are held out, which leaves none to train on; lower data.held_out or"
                        + " add pictures");
        assertThatThrownBy(() -> section("data: {folder: FOLDER/single}").open())
                .hasMessageContaining("1 of 1 pictures are held out, which leaves none to train on");
        assertThatThrownBy(() -> section("data: {folder: FOLDER/gone}").open())
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("gone: is not a folder");
    }

    @ParameterizedTest
    @CsvSource({"attributes", "segmentation"})
    void judgesOfAttributesLearnFromScenesOnly(String judge) throws Exception {
        Path file = Files.writeString(
                folder.resolve("recipe.yaml"),
                "objective: %s\nmodel: m\noutput: o\ntokenizer: t\nclip: c\ndata: {folder: x}\n".formatted(judge));

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("data.folder cannot train this judge")
                .hasMessageContaining("use data.scenes");
    }

    @Test
    void partsOfPicturesAreNoLargerThanPictures() throws Exception {
        Path file = Files.writeString(
                folder.resolve("recipe.yaml"),
                "objective: autoencoder\nmodel: m\noutput: o\ndata: {folder: x, size: 32}\nautoencoder: {crop: 40}\n");

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("autoencoder.crop is 40, more than data.size, 32");
    }

    @Test
    void anAutoencoderLearnsFromAFolderWithABrokenPicture() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES, (done, total) -> {});
        Files.writeString(folder.resolve("own/00000003.png"), "broken");
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2,
             "layers_per_block": 1,
             "latent_channels": 4, "scaling_factor": 1.0}\
            """);
        Path file = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: autoencoder
            model: FOLDER/model
            output: FOLDER/run
            data: {folder: FOLDER/own, size: 32, held_out: 2}
            autoencoder: {crop: 16}
            training: {steps: 3, batch: 4}
            every: {checkpoint: 3, validation: 3, sample: 0}
            """.replace("FOLDER", folder.toString()));

        Run run = new Run(Recipe.read(file, List.of()), false, List.of());

        assertThat(run.carryOut()).isTrue();
        assertThat(run.result()).isDirectoryContaining("glob:**.safetensors");
        assertThat(warnings).hasSize(1);
    }

    @Test
    void aTriggerWordBeginsEachCaptionAndWhatItIsRecognisedBy() throws Exception {
        new ImageFolderWriter()
                .write(
                        folder.resolve("own"),
                        new Scenes(Split.TRAIN, 3, 32, Optional.empty(), 0).map(Sample::captioned),
                        (done, total) -> {});
        Dataset<CaptionedImage> plain =
                section("data: {folder: FOLDER/own, size: 32}").open().training();
        Dataset<CaptionedImage> called = section("data: {folder: FOLDER/own, size: 32, trigger: sks}")
                .open()
                .training();

        assertThat(called.get(0).caption()).isEqualTo("sks, " + plain.get(0).caption());
        assertThat(called.origin(0).orElseThrow().contents().get())
                .isEqualTo(new Origin.Contents(
                        plain.origin(0).orElseThrow().contents().get().picture(),
                        called.get(0).captions()));
        assertThatThrownBy(() -> section("data: {folder: FOLDER/own, trigger: ' '}"))
                .hasMessageContaining("data.trigger is empty");
    }

    @Test
    void severalSourcesAreJoinedWithTheirRepeatsAndTriggers() throws Exception {
        new ImageFolderWriter().write(folder.resolve("two"), PICTURES.part(0, 2), (done, total) -> {});
        new ImageFolderWriter().write(folder.resolve("five"), PICTURES.part(2, 5), (done, total) -> {});
        new WebDatasetWriter(4).write(folder.resolve("three"), PICTURES.part(7, 3), (done, total) -> {});

        DataSection.Parts parts = section("""
                        data:
                          size: 40
                          held_out: 4
                          trigger: sks
                          sources:
                            - {folder: FOLDER/two, repeats: 3}
                            - {folder: FOLDER/five, trigger: other}
                            - {webdataset: FOLDER/three, repeats: 2}
                        """).open();

        assertThat(all(parts.training()).stream().map(CaptionedImage::caption))
                .containsExactlyElementsOf(captions("sks", 0, 0, 0, "other", 2, 3, 4, "sks", 7, 8, 7, 8));
        assertThat(all(parts.heldOut()).stream().map(CaptionedImage::caption))
                .containsExactlyElementsOf(captions("sks", 1, "other", 5, 6, "sks", 9));
        assertThat(parts.training().origin(3).orElseThrow().contents().get().caption())
                .isEqualTo(parts.training().get(3).caption());
    }

    @Test
    void aSourceSaysInHowManyOrdersItsTagsAreLearned() throws Exception {
        Files.createDirectory(folder.resolve("own"));
        for (int i = 0; i < 2; i++) {
            PICTURES.get(i).image().write(folder.resolve("own/%d.png".formatted(i)));
            Files.writeString(folder.resolve("own/%d.txt".formatted(i)), "a, b, c, d\nin words");
        }
        Dataset<CaptionedImage> learned = section("""
                        data:
                          size: 32
                          tag_orders: 3
                          keep_tags: 1
                          trigger: sks
                          sources: [{folder: FOLDER/own}, {folder: FOLDER/own, tag_orders: 1}]
                        """).open().training();

        assertThat(learned.get(0).captions())
                .hasSize(6)
                .allMatch(caption -> caption.equals("sks, in words") || caption.matches("sks, a, [bcd], [bcd], [bcd]"));
        assertThat(learned.get(1).captions()).containsExactly("sks, a, b, c, d", "sks, in words");
        assertThat(learned.origin(0).orElseThrow().contents().get().captions())
                .isEqualTo(learned.get(0).captions());
    }

    @Test
    void aSourceSaysWhetherItsMirrorImagesAreLearned() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES.part(0, 2), (done, total) -> {});
        Dataset<CaptionedImage> learned = section("""
                        data: {size: 32, flip: true, sources: [{folder: FOLDER/own}, {folder: FOLDER/own, flip: false}]}
                        """).open().training();

        assertThat(learned.origin(0).orElseThrow().use()).isEqualTo(new Origin.Use(true, 1));
        assertThat(learned.origin(1).orElseThrow().use()).isEqualTo(Origin.Use.PLAIN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{folder: x, flip: true}                 | data.flip | parts of squares",
                "{folder: x, trigger: sks}               | data.trigger | no captions",
                "{sources: [{folder: x, tag_orders: 4}]} | data.sources[0].tag_orders | no captions",
            })
    void whatHasNoEffectOnAnAutoencoderIsRefused(String data, String key, String learned) throws Exception {
        Path file = Files.writeString(
                folder.resolve("recipe.yaml"),
                "objective: autoencoder\nmodel: m\noutput: o\ndata: %s\n".formatted(data));

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(
                        "%s has no effect on an autoencoder, which learns %s; leave it out".formatted(key, learned));
    }

    @ParameterizedTest
    @CsvSource({"7, 9", "1, 3"})
    void asManyPicturesForRegularisationAreLearnedAsOthers(int regularisation, int learned) throws Exception {
        int count = (learned - 1) / 2 + 1;
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES.part(0, count), (done, total) -> {});
        new ImageFolderWriter().write(folder.resolve("class"), PICTURES.part(3, regularisation), (done, total) -> {});
        DataSection.Parts parts = section("""
                        data:
                          size: 32
                          trigger: sks
                          sources:
                            - {folder: FOLDER/class, regularisation: 0.5}
                            - {folder: FOLDER/own, repeats: 2}
                        """).open();

        int others = 2 * (count - 1);
        assertThat(parts.training().size()).isEqualTo(2L * others);
        assertThat(parts.heldOut().size()).isEqualTo(1);
        for (int i = 0; i < others; i++) {
            assertThat(parts.training().origin(i).orElseThrow().use()).isEqualTo(Origin.Use.PLAIN);
            assertThat(parts.training().get(i).caption()).startsWith("sks, ");
            assertThat(parts.training().origin(others + i).orElseThrow().use()).isEqualTo(new Origin.Use(false, 0.5));
            assertThat(parts.training().get(others + i).caption())
                    .isEqualTo(PICTURES.get(3 + i % regularisation).caption());
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void picturesForRegularisationBeyondTheOthersAreLeftOutAndCounted() throws Exception {
        new ImageFolderWriter().write(folder.resolve("own"), PICTURES.part(0, 3), (done, total) -> {});
        new ImageFolderWriter().write(folder.resolve("class"), PICTURES.part(3, 5), (done, total) -> {});
        section("data: {sources: [{folder: FOLDER/own}, {folder: FOLDER/class, regularisation: 1}]}")
                .open();
        assertThat(warnings)
                .containsExactly("3 of 5 pictures for regularisation are not used, since an epoch has as many of them"
                        + " as of others, which are 2; raise the repeats of the others to use more");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "distillation | {folder: x, masks: files} | data.masks has no effect in distillation",
                "distillation | {sources: [{folder: x}, {folder: y, regularisation: 1}]} | data.sources[1]."
                        + "regularisation has no effect in distillation, whose losses count all parts",
                "autoencoder | {folder: x, masks: alpha} | data.masks has no effect on an autoencoder",
                "clip | {folder: x, masks: alpha} | data.masks has no effect on a judge, which learns squares as they",
                "preference | {folder: x, buckets: true} | data.buckets has no effect on a judge",
                "finetune | {folder: x} | finetune.unmasked_weight has no effect without masks; set data.masks",
            })
    void masksAndRegularisationAreRefusedWhereTheyHaveNoEffect(String objective, String data, String message)
            throws Exception {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: %s
            model: m
            output: o
            data: %s
            tokenizer: t
            finetune: {latents: l, unmasked_weight: 0.1}
            distillation: {latents: l, trajectory: {}}
            """.formatted(objective, data));

        assertThatThrownBy(() -> Recipe.read(file, List.of()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void picturesOfAllShapesAreCutToTheNearestBucket() throws Exception {
        Files.createDirectory(folder.resolve("own"));
        int[][] sizes = {{90, 30}, {64, 64}, {30, 61}, {50, 40}};
        for (int i = 0; i < sizes.length; i++) {
            new Image(sizes[i][0], sizes[i][1], new byte[3 * sizes[i][0] * sizes[i][1]])
                    .write(folder.resolve("own/%d.png".formatted(i)));
            Files.writeString(folder.resolve("own/%d.txt".formatted(i)), "a");
        }
        Dataset<CaptionedImage> learned = section("data: {folder: FOLDER/own, size: 64, buckets: true}")
                .open()
                .training();

        assertThat(all(learned).stream().map(sample -> sample.image().toString()))
                .containsExactly("picture of 104x32", "picture of 64x64", "picture of 40x88");
        assertThat(learned.get(0).framing()).isEqualTo(new Framing(30, 90, 1, 0, 32, 104));
        assertThatThrownBy(() -> Recipe.read(
                        Files.writeString(
                                folder.resolve("vae.yaml"),
                                "objective: autoencoder\nmodel: m\noutput: o\ndata: {folder: x, buckets: true}\n"),
                        List.of()))
                .hasMessageContaining("data.buckets has no effect on an autoencoder, which learns parts of squares");
    }

    /** Returns the captions of pictures, with the trigger word that stands before them in the list. */
    private static List<String> captions(Object... numbers) {
        List<String> captions = new ArrayList<>();
        String trigger = "";
        for (Object number : numbers) {
            if (number instanceof String word) {
                trigger = word;
            } else {
                captions.add(trigger + ", " + PICTURES.get((int) number).caption());
            }
        }
        return captions;
    }

    @Test
    void aSourceWithASinglePictureIsLearnedAndNotHeldOut() throws Exception {
        new ImageFolderWriter().write(folder.resolve("one"), PICTURES.part(0, 1), (done, total) -> {});
        new ImageFolderWriter().write(folder.resolve("two"), PICTURES.part(1, 2), (done, total) -> {});

        DataSection.Parts parts = section("data: {sources: [{folder: FOLDER/one}, {folder: FOLDER/two}], held_out: 2}")
                .open();

        assertThat(parts.training().size()).isEqualTo(2);
        assertThat(parts.heldOut().size()).isEqualTo(1);
        assertThatThrownBy(() -> section("data: {sources: [{folder: FOLDER/one}, {folder: FOLDER/one}]}")
                        .open())
                .hasMessage("every source has a single picture, which leaves none to hold out; add pictures");
    }

    private DataSection section(String data) throws IOException {
        Path file =
                Files.writeString(folder.resolve("recipe.yaml"), "a: b\n" + data.replace("FOLDER", folder.toString()));
        return DataSection.read(new Section(RecipeFile.read(file, List.of())));
    }

    private static List<CaptionedImage> all(Dataset<CaptionedImage> samples) {
        return LongStream.range(0, samples.size()).mapToObj(samples::get).toList();
    }
}
