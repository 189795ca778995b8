package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.PromptFile.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptFileTest {
    /** Numbers of images and of annotations are in no order, as in COCO. */
    private static final String COCO = """
        {"info": {"year": 2017},
         "images": [{"id": 30, "file_name": "000030.jpg"}, {"id": 4, "file_name": "000004.jpg"},
                    {"id": 7, "file_name": "000007.jpg"}],
         "licenses": [{"id": 1}],
         "annotations": [{"id": 9, "image_id": 4, "caption": "a cat, again "},
                         {"id": 8, "image_id": 30, "caption": "a dog"},
                         {"id": 2, "image_id": 4, "caption": " A cat.\\n"},
                         {"id": 5, "image_id": 30, "caption": "two dogs"}]}
        """;

    @TempDir
    private Path folder;

    @Test
    void aTextHasAPromptInEachLineWhateverEndsTheLines() throws IOException {
        Path file = write("prompts.txt", "\uFEFFa fox\r\n\r\n  a cat, \u00e9l\u00e9gant \n\t\n# 1 dog\ra fox");
        assertThat(texts(read(file))).containsExactly("a fox", "a cat, \u00e9l\u00e9gant", "# 1 dog", "a fox");
        assertThat(read(file).repeated()).isEqualTo(1);
        assertThat(read(file).warnings()).isEmpty();
    }

    @Test
    void jsonLinesHoldOptionsOrAPrompt() throws IOException {
        Path file = write("prompts.jsonl", """
            \uFEFF{"prompt": "a fox", "negative_prompt": "blur", "seed": 18446744073709551615}

            "a cat"
            {"tag": "two_object", "prompt": "a dog ", "include": [{"class": "dog"}]}
            """);
        assertThat(read(file).entries().stream().map(Entry::options))
                .containsExactly(
                        GenerationOptions.builder()
                                .set(Option.PROMPT, "a fox")
                                .negativePrompt("blur")
                                .seed(-1)
                                .build(),
                        GenerationOptions.of("a cat"),
                        GenerationOptions.of("a dog "));
        assertThat(read(file).warnings())
                .containsExactly(file + ": keys that are not options have no effect: include, tag");
    }

    @Test
    void theJsonFormOfOptionsIsReadBack() throws IOException {
        GenerationOptions options = GenerationOptions.builder()
                .set(Option.PROMPT, "a fox\nin two lines")
                .guidance(3.5)
                .lora(LoraReference.of("style.safetensors", 0.5))
                .build();
        Path file = write("prompts.jsonl", options.toJson());
        assertThat(read(file).entries()).containsExactly(new Entry(options, Optional.empty()));
    }

    @Test
    void commaSeparatedValuesHaveAnOptionInEachColumn() throws IOException {
        Path file = write("prompts.csv", """
            \uFEFFprompt,seed,size,note
            "a fox, ""red"" one",18446744073709551615,512x768,x
            "two
            lines",,,

            a cat ,7,,
            """.replace("\n", "\r\n"));
        PromptFile read = read(file);
        assertThat(read.entries().stream().map(Entry::options))
                .containsExactly(
                        GenerationOptions.builder()
                                .prompt("a fox, \"red\" one")
                                .seed(-1)
                                .size(512, 768)
                                .build(),
                        GenerationOptions.of("two\r\nlines"),
                        GenerationOptions.of("a cat").toBuilder().seed(7).build());
        assertThat(read.warnings()).containsExactly(file + ": keys that are not options have no effect: note");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt,seed;a,7;b,x | line 3: ",
                "prompt,seed;a | line 2 has 1 cells, and there are 2 columns",
                "prompt,seed;,7 | line 2 has no prompt",
                "prompt,prompt;a,b | has two columns ",
                "prompt;~a | line 2: a quote is opened and not closed",
                "prompt;~a~b | line 2: a comma must follow a closing quote",
            })
    void aTableThatIsWrongIsRefusedAtItsLine(String text, String message) throws IOException {
        Path file = write("prompts.csv", text.replace(';', '\n').replace('~', '"'));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(file + ": " + message);
    }

    @Test
    void tolerantReadingKeepsTheRowsThatCannotBeReadInTheirPlaces() throws IOException {
        Path file = write("prompts.jsonl", "\"a\"\n{\"prompt\": 1}\n{\"prompt\": \"b\", \"seed\": \"x\"}\n\"c\"\n");
        PromptFile read = PromptFile.tolerant(file.toString(), Optional.empty());
        assertThat(texts(read)).containsExactly("a", "c");
        assertThat(read.rows().get(1)).isInstanceOf(PromptFile.Rejected.class);
        assertThat(read.rows().get(2))
                .isInstanceOfSatisfying(
                        PromptFile.Rejected.class,
                        rejected -> assertThat(rejected.sentence())
                                .startsWith("line 3")
                                .contains("seed"));
    }

    @Test
    void aJsonListIsReadLikeJsonLines() throws IOException {
        Path file = write("anime.json", "[\"a fox\", {\"prompt\": \"a cat\"}]");
        assertThat(texts(read(file))).containsExactly("a fox", "a cat");
        assertThat(read(file).captions()).isEmpty();
    }

    @Test
    void theFirstCaptionOfEachImageOfCocoIsThatOfTheLowestNumber() throws IOException {
        PromptFile coco = read(write("captions_val2017.json", COCO));
        assertThat(coco.entries())
                .containsExactly(
                        new Entry(GenerationOptions.of("A cat."), Optional.of("000004.jpg")),
                        new Entry(GenerationOptions.of("two dogs"), Optional.of("000030.jpg")));
        assertThat(coco.captions()).hasValue(CaptionChoice.FIRST);
    }

    @Test
    void captionsAndImagesAreChosenAtRandomByTheSeed() throws IOException {
        StringBuilder images = new StringBuilder();
        StringBuilder captions = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            images.append(i == 0 ? "" : ",").append("{\"id\": %d}".formatted(i));
            for (int j = 0; j < 5; j++) {
                captions.append(i + j == 0 ? "" : ",")
                        .append("{\"id\": %d, \"image_id\": %d, \"caption\": \"%d/%d\"}".formatted(5 * i + j, i, i, j));
            }
        }
        Path file = write("coco.json", "{\"annotations\": [%s], \"images\": [%s]}".formatted(captions, images));
        List<String> some = texts(PromptFile.read(file, Optional.of(CaptionChoice.random(1))));
        assertThat(some)
                .isEqualTo(texts(PromptFile.read(file, Optional.of(CaptionChoice.parse("random:1")))))
                .isNotEqualTo(texts(PromptFile.read(file, Optional.of(CaptionChoice.random(2)))));
        assertThat(some.stream().map(text -> text.replaceAll("/.*", "")))
                .hasSize(100)
                .doesNotHaveDuplicates()
                .isNotEqualTo(List.of());
        assertThat(some.stream().map(text -> text.replaceAll(".*/", ""))).contains("0", "1", "2", "3", "4");
        assertThat(texts(PromptFile.named(file + ":7", Optional.of(CaptionChoice.random(1)))))
                .isEqualTo(some.subList(0, 7));
    }

    @Test
    void aNumberBehindTheNameTakesTheFirstPrompts() throws IOException {
        Path file = write("prompts.txt", "a\nb\nc\n");
        assertThat(texts(PromptFile.named(file + ":2", Optional.empty()))).containsExactly("a", "b");
        assertThatThrownBy(() -> PromptFile.named(file + ":4", Optional.empty()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(file + ": has 3 prompts, not 4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "p.jsonl | \"a\"#{\"prompt\": 5} | line 2 has no prompt; write a text in quotes, or an object",
                "p.jsonl | #{\"prompt\": \"a\", \"steps\": \"x\"} | line 2: steps must be a whole number",
                "p.jsonl | {\"prompt\": \"a\", \"size\": \"big\"} | line 1: ",
                "p.jsonl | \"a\"##{\"prompt\" | line 3 is not valid JSON",
                "p.jsonl | {\"prompt\": \"a\"} x | line 1 is not valid JSON",
                "p.json | [\"a\", 5] | entry 2 has no prompt",
                "p.json | [\"a\" | is not valid JSON",
                "p.json | {\"prompts\": []} | has no captions: COCO's have them in a list annotations",
                "p.json | {\"images\": [], \"annotations\": [{\"id\": 3, \"image_id\": 2, \"caption\": \"a\"}]} "
                        + "| annotation 3 is of image 2, which is not among its images",
                "p.json | {\"annotations\": [{\"id\": 3, \"image_id\": 2, \"bbox\": []}]} "
                        + "| annotation 3 has no caption; the files of captions are named captions_*.json",
                "p.json | {\"annotations\": {}} | annotations must be a list",
                "p.json | [\"a\"] 5 | is not valid JSON: something follows the first value",
                "p.json | \"a\" | has neither captions of COCO nor a list of prompts",
                "p.txt | ## | has no prompts",
                "p.tsv | a | is not a list of prompts; lists are .txt (one prompt in each line), .jsonl, .json or .csv",
                "p.parquet | PAR1 | is Parquet, which hypersd-spark generate reads; see docs/spark.md",
                "p.csv | name | has no column \"prompt\"; its first line must name the columns, and is: name",
            })
    void errorsNameTheLine(String name, String content, String message) throws IOException {
        Path file = write(name, content.replace('#', '\n'));
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file + ": " + message);
    }

    @Test
    void missingFilesAndTextThatIsNotUtf8AreNamed() throws IOException {
        Path missing = folder.resolve("missing.txt");
        assertThatThrownBy(() -> read(missing)).hasMessage(missing + ": not found or cannot be read");
        Path file = folder.resolve("latin.txt");
        Files.write(file, "\u00e9l\u00e9gant".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file)).hasMessage(file + ": is not UTF-8 text");
    }

    @Test
    void choosingCaptionsInAFileWithoutImagesIsRefused() throws IOException {
        Path file = write("prompts.txt", "a fox");
        assertThatThrownBy(() -> PromptFile.read(file, Optional.of(CaptionChoice.FIRST)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(file + " has no images with captions to choose from: leave out \"first\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"last", "random", "random:x", "random:-1"})
    void otherChoicesAreRefused(String text) {
        assertThatThrownBy(() -> CaptionChoice.parse(text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "captions are chosen by first or random:SEED, such as random:0, not \"%s\"".formatted(text));
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static PromptFile read(Path file) {
        return PromptFile.read(file, Optional.empty());
    }

    private static List<String> texts(PromptFile file) {
        return file.entries().stream()
                .map(entry -> entry.options().get(Option.PROMPT).orElseThrow())
                .toList();
    }
}
