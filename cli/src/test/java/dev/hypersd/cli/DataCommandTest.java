package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.WebDataset;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void scenesBecomeAFolderOfPicturesAndCaptions() throws Exception {
        Path target = folder.resolve("scenes");

        assertThat(data("scenes", "--out", target.toString(), "--count", "3", "--split", "test"))
                .isZero();

        Scenes scenes = Scenes.of(Split.TEST, 3);
        List<String> lines = Files.readAllLines(target.resolve("metadata.jsonl"));
        assertThat(lines).hasSize(3);
        assertThat(Json.MAPPER.readTree(lines.get(2)).path("file_name").asString())
                .isEqualTo("00000002.png");
        assertThat(Json.MAPPER.readTree(lines.get(2)).path("text").asString())
                .isEqualTo(scenes.caption(2).text());
        assertThat(Image.read(target.resolve("00000002.png")))
                .isEqualTo(scenes.get(2).image());
        assertThat(err.toString()).contains("3 of 3 pictures drawn");
    }

    @Test
    void scenesBecomeTarFiles() {
        Path target = folder.resolve("shards");

        assertThat(data("scenes", "--out", target.toString(), "--count", "3", "--size", "32", "--format", "webdataset"))
                .isZero();

        WebDataset shards = WebDataset.open(target.toString());
        assertThat(shards.size()).isEqualTo(3);
        assertThat(shards.get(2))
                .isEqualTo(new Scenes(Split.TRAIN, 3, 32, Optional.empty(), 0)
                        .get(2)
                        .captioned());
        assertThat(err.toString()).contains("3 of 3 pictures drawn");
    }

    @Test
    void aTokenizerIsLearnedFromTheCaptionsOfAFolderOrAList() throws Exception {
        Path pictures = folder.resolve("pictures");
        data("scenes", "--out", pictures.toString(), "--count", "4", "--size", "32");
        Path list = Files.writeString(folder.resolve("list.txt"), "a glowing quartz\na glowing moth\n");

        for (Path captions : List.of(pictures, list)) {
            Path made = folder.resolve("tokenizer-" + captions.getFileName());
            assertThat(data("tokenizer", "--captions", captions.toString(), "--size", "600", "--out", made.toString()))
                    .isZero();
            assertThat(Json.read(made.resolve("vocab.json")).keys()).hasSize(600);
        }
        assertThat(Json.read(folder.resolve("tokenizer-list.txt/vocab.json")).keys())
                .contains("glowing</w>");
        assertThat(err.toString()).contains("learned from 4 captions").contains("learned from 2 captions");
    }

    @Test
    void anUnknownFormatIsRefused() {
        assertThat(data("scenes", "--out", folder.resolve("x").toString(), "--count", "1", "--format", "zip"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--format");
    }

    @Test
    void aFolderThatIsNotEmptyIsRefusedAndUnchanged() throws Exception {
        Files.createFile(folder.resolve("something"));

        assertThat(data("scenes", "--out", folder.toString(), "--count", "1")).isEqualTo(2);
        assertThat(err.toString()).contains("is not empty; name a new folder");
    }

    @Test
    void aSheetIsOnePicture() {
        Path file = folder.resolve("sheet.png");

        assertThat(data("sheet", "--out", file.toString(), "--count", "4", "--columns", "2", "--size", "64"))
                .isZero();
        assertThat(Image.read(file).width()).isBetween(128, 200);
    }

    @Test
    void impossibleRequestsAreRefusedInOneSentence() {
        assertThat(data("sheet", "--out", "x.png", "--count", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("a set has at least 1 scene, not 0");
        assertThat(data("sheet", "--out", "x.png", "--count", "1", "--columns", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--columns is 0, it must be at least 1");
        assertThat(data()).isEqualTo(2);
        assertThat(err.toString()).contains("say what to make: scenes, sheet or tokenizer");
    }

    private int data(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "data";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    }
}
