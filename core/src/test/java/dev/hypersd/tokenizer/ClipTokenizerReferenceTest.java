package dev.hypersd.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.reference.BadInput;
import dev.hypersd.reference.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ClipTokenizerReferenceTest {
    private static final List<ClipTokenizer> TOKENIZERS = cases().stream()
            .map(name -> ClipTokenizer.open(folder(name).resolve("tokenizer")))
            .toList();

    static List<String> cases() {
        return ReferenceCase.names("tokenizer", "");
    }

    private static Path folder(String name) {
        return ReferenceCase.root().resolve("tokenizer").resolve(name);
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void idsEqualTheReferenceWhereItsVersionsAgree(String name) {
        Path folder = folder(name);
        JsonNode json = Json.MAPPER.readTree(folder.resolve("case.json"));
        ClipTokenizer tokenizer = ClipTokenizer.open(folder.resolve("tokenizer"));
        List<String> wrong = new ArrayList<>();
        for (JsonNode string : json.get("strings")) {
            String text = string.get("text").asString();
            List<Integer> expected =
                    string.get("ids").valueStream().map(JsonNode::asInt).toList();
            // Where versions of the reference disagree among themselves there is no right answer.
            if (!string.has("differs") && !tokenizer.encode(text).ids().equals(expected)) {
                wrong.add(text);
            }
        }
        assertThat(wrong).isEmpty();
        JsonNode args = json.get("args");
        assertThat(tokenizer.begin()).isEqualTo(args.get("bos_id").asInt());
        assertThat(tokenizer.end()).isEqualTo(args.get("eos_id").asInt());
        assertThat(tokenizer.padding()).isEqualTo(args.get("pad_id").asInt());
        assertThat(tokenizer.length()).isEqualTo(args.get("max_length").asInt());
        assertThat(tokenizer.vocabularySize()).isEqualTo(args.get("vocab_size").asInt());
    }

    @Property
    void anyTextGivesAFullSequenceOfKnownIds(@ForAll String text) {
        for (ClipTokenizer tokenizer : TOKENIZERS) {
            Tokens tokens = tokenizer.encode(text);
            assertThat(tokens.ids())
                    .hasSize(tokenizer.length())
                    .startsWith(tokenizer.begin())
                    .contains(tokenizer.end())
                    .allMatch(id -> id >= 0 && id < tokenizer.vocabularySize());
            assertThat(tokens.cut().isEmpty()).isEqualTo(tokenizer.ids(text).size() <= tokenizer.length() - 2);
        }
    }

    @TestFactory
    Stream<DynamicTest> badFilesAreRefusedByNameAndReason() {
        return BadInput.tests("tok_", input -> ClipTokenizer.open(input.path()));
    }
}
