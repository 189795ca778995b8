package dev.hypersd.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.bulk.BulkRun.Summary;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.WebDataset;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.PromptFile;
import dev.hypersd.tensor.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of prompts are drawn completely, once, and however often a run is interrupted. */
class BulkRunTest {
    private static final GenerationOptions RUN = GenerationOptions.builder()
            .steps(1)
            .size(16, 16)
            .guidance(1)
            .seed(40)
            .build();

    @TempDir
    static Path shared;

    private static DiffusionPipeline pipeline;
    private static ModelSource source;

    @TempDir
    Path folder;

    private final List<Path> drawn = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();

    /** After so many pictures the run is interrupted. */
    private int most = Integer.MAX_VALUE;

    @BeforeAll
    static void load() {
        RandomModel.write(shared.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        source = new ModelSource(shared.resolve("tiny"));
        pipeline = DiffusionPipeline.load(source);
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void aPictureDependsOnItsSeedAndNotOnTheOrderOrTheOthers() throws IOException {
        draw(list("a fox\na cat\na dog\n"), folder.resolve("all"));
        Path backwards = write("backwards.jsonl", """
            {"prompt": "a dog", "seed": 42}
            {"prompt": "a fox", "seed": 40}
            """);
        draw(PictureList.of(PromptFile.named(backwards.toString(), Optional.empty()), RUN), folder.resolve("some"));
        assertThat(folder.resolve("some/00000000.png")).hasSameBinaryContentAs(folder.resolve("all/00000002.png"));
        assertThat(folder.resolve("some/00000001.png")).hasSameBinaryContentAs(folder.resolve("all/00000000.png"));
    }

    @Test
    void anInterruptedRunDrawsWhatIsMissingAndTheResultIsTheSame() throws IOException {
        PictureList list = list("a\nb\nc\nd\ne\n");
        draw(list, folder.resolve("once"));
        Path parts = folder.resolve("parts");
        most = 2;
        assertThatThrownBy(() -> draw(list, parts)).isInstanceOf(HyperSdException.class);
        most = Integer.MAX_VALUE;
        assertThat(draw(list, parts)).isEqualTo(new Summary(3, 2, 0, 0, 0));
        assertThat(draw(list, parts)).isEqualTo(new Summary(0, 5, 0, 0, 0));
        for (int i = 0; i < 5; i++) {
            assertThat(parts.resolve("0000000" + i + ".png"))
                    .hasSameBinaryContentAs(folder.resolve("once/0000000" + i + ".png"));
        }
        assertThat(ImageFolder.open(parts).size()).isEqualTo(5);
        assertThat(ImageFolder.open(parts).get(3).caption()).isEqualTo("d");
    }

    @Test
    void otherOptionsAndDamagedFilesAreNoticed() throws IOException {
        Path out = folder.resolve("out");
        draw(list("a\nb\nc\n"), out);
        Files.write(out.resolve("00000001.png"), new byte[] {1, 2, 3});
        assertThat(draw(list("a\nb\nother\n"), out)).isEqualTo(new Summary(2, 1, 1, 1, 0));
        assertThat(Image.read(out.resolve("00000001.png")).width()).isEqualTo(16);
        PictureList more =
                PictureList.of(file("a\nb\nother\n"), RUN.toBuilder().steps(2).build());
        assertThat(draw(more, out)).isEqualTo(new Summary(3, 0, 3, 0, 0));
    }

    @Test
    void whatCannotBeDrawnIsListedAndDoesNotStopTheRest() throws IOException {
        Path prompts = write("prompts.jsonl", """
            {"prompt": "a"}
            {"prompt": "b", "size": "15x16"}
            {"prompt": "c", "steps": "many"}
            {"prompt": "d", "sampler": "ddin"}
            no JSON
            {"prompt": "e", "loras": ["missing.safetensors"]}
            {"prompt": "f", "count": 0}
            {"prompt": "g"}
            """);
        PictureList list = PictureList.of(PromptFile.tolerant(prompts.toString(), Optional.empty()), RUN);
        Summary summary = draw(list, folder.resolve("out"));
        failures.addAll(list.failures());
        assertThat(summary.drawn()).isEqualTo(2);
        assertThat(folder.resolve("out/00000000.png")).exists();
        assertThat(folder.resolve("out/00000007.png")).exists();
        assertThat(failures).extracting(Failure::row).containsExactlyInAnyOrder(2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(failures)
                .extracting(Failure::reason)
                .anyMatch(reason -> reason.contains("multiple of 8, not 15"))
                .anyMatch(reason -> reason.contains("steps"))
                .anyMatch(reason -> reason.contains("did you mean ddim?"))
                .anyMatch(reason -> reason.startsWith("line 5 is not valid JSON"))
                .anyMatch(reason -> reason.contains("missing.safetensors"))
                .anyMatch(reason -> reason.endsWith("must be at least 1, not 0"));
        assertThat(failures.getFirst().line()).startsWith("{\"number\":").contains("\"row\":");
    }

    @Test
    void picturesOfOneNameAreRefusedBeforeAnythingIsDrawn() throws IOException {
        Path prompts = write("prompts.csv", "prompt,seed\na,7\nb,7\n");
        PictureList list = PictureList.of(PromptFile.named(prompts.toString(), Optional.empty()), RUN);
        PictureFolder pictures = PictureFolder.open(
                PictureFolder.Place.of(folder.resolve("p-{seed}.png").toString()), list.total());
        assertThatThrownBy(() -> pictures.requireDistinct(list.pictures()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the prompts 1 and 2 would both be drawn to ")
                .hasMessageEndingWith("p-7.png: put {index} into --out");
        assertThatThrownBy(() -> PictureFolder.Place.of("{seed}/p.png")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void metadataOfOtherPicturesAreNotOverwritten() throws IOException {
        Path own = Files.createDirectory(folder.resolve("own"));
        Files.writeString(own.resolve("metadata.jsonl"), "{\"file_name\": \"cat.jpg\", \"text\": \"my cat\"}\n");
        assertThatThrownBy(() -> draw(list("a\n"), own))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("describes other pictures");
    }

    @Test
    void tarFilesHaveThePicturesOfTheFolderAndAreContinued() throws IOException {
        PictureList list = list("a\nb\nc\nd\n");
        draw(list, folder.resolve("files"));
        Path tars = folder.resolve("tars");
        most = 2;
        assertThatThrownBy(() -> run(list, PictureShards.open(tars, new TarPictures())))
                .isInstanceOf(HyperSdException.class);
        most = Integer.MAX_VALUE;
        assertThat(run(list, PictureShards.open(tars, new TarPictures()))).isEqualTo(new Summary(2, 2, 0, 0, 0));
        byte[] tar = Files.readAllBytes(tars.resolve("00000.tar"));
        assertThat(run(list, PictureShards.open(tars, new TarPictures()))).isEqualTo(new Summary(0, 4, 0, 0, 0));
        assertThat(Files.readAllBytes(tars.resolve("00000.tar"))).isEqualTo(tar);
        PictureList changed = list("a\nb\nother\nd\n");
        assertThat(run(changed, PictureShards.open(tars, new TarPictures()))).isEqualTo(new Summary(1, 3, 1, 0, 0));

        WebDataset read = WebDataset.open(tars.toString());
        assertThat(LongStream.range(0, read.size()).mapToObj(read::get).map(CaptionedImage::caption))
                .containsExactly("a", "b", "other", "d");
        assertThat(read.get(3).image()).isEqualTo(Image.read(folder.resolve("files/00000003.png")));
        try (Stream<Path> left = Files.list(tars)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactly("00000.tar");
        }
    }

    private Summary draw(PictureList list, Path out) {
        return run(list, PictureFolder.open(PictureFolder.Place.of(out.toString()), list.total()));
    }

    private Summary run(PictureList list, PictureStore store) {
        BulkRun.Listener listener = new BulkRun.Listener() {
            private int count;

            @Override
            public void drew(Drawn picture, Path file) {
                drawn.add(file);
                count++;
                if (count == most) {
                    throw new HyperSdException("the disk is full");
                }
            }

            @Override
            public void failed(Failure failure) {
                failures.add(failure);
            }
        };
        BatchDrawing drawing = new BatchDrawing(
                options -> options.resolve(pipeline.target(), NameResolver.below(folder)),
                PictureFingerprint.of(source),
                () -> pipeline,
                1,
                sentence -> {});
        Summary summary = new BulkRun(drawing, store, listener).draw(list.pictures());
        store.complete();
        return summary;
    }

    private PictureList list(String prompts) throws IOException {
        return PictureList.of(file(prompts), RUN);
    }

    private PromptFile file(String prompts) throws IOException {
        return PromptFile.named(write("prompts.txt", prompts).toString(), Optional.empty());
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
