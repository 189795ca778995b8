package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.hypersd.recipe.Recipe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands in the code of the documents are understood, read the recipes that they name, and draw. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern LOOP = Pattern.compile("\\s*for (\\w+) in (.*); do");
    private static final Pattern COMMAND = Pattern.compile("\\s+(?:\\./)?hypersd (.*)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
    private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)");

    /** A value in quotes that goes on in the next line. */
    private static final Pattern QUOTED_LINES = Pattern.compile("(--\\w+ '[^'\n]*)\n\\s*([^'\n]*')");

    /** What ends a command in a line: a comment, another command, or the file that its output goes to. */
    private static final Pattern END = Pattern.compile("\\s(#|&|;|\\||>).*");

    /** How many of the commands that draw with the embedded model are carried out. */
    private static final int DRAWN = 3;

    /** The options that name something beside the embedded model. */
    private static final Set<String> WITH_FILES = Set.of(
            "--model",
            "--image",
            "--mask",
            "--like",
            "--embedding",
            "--wildcards",
            "--prompts",
            "--control-image",
            "--sheet",
            "--lora",
            "--count",
            "--hires",
            "--extend");

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            Stream<Path> pages = files.filter(file -> file.toString().endsWith(".md"));
            return Stream.concat(Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")), pages)
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyCommandIsUnderstood(Path document) throws IOException {
        for (List<String> command : commands(document)) {
            assertThatCode(() -> Main.commandLine().parseArgs(command.toArray(String[]::new)))
                    .as("%s: hypersd %s", document, String.join(" ", command))
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyRecipeThatIsTrainedCanBeReadWithItsChanges(Path document) throws IOException {
        for (List<String> command : commands(document)) {
            if (command.getFirst().equals("train") && command.size() > 1) {
                List<String> changes = new ArrayList<>();
                for (int i = 2; i < command.size() - 1; i++) {
                    if (command.get(i).equals("--set")) {
                        changes.add(command.get(i + 1));
                    }
                }
                assertThatCode(() -> Recipe.read(ROOT.resolve(command.get(1)), changes))
                        .as("%s: hypersd %s", document, String.join(" ", command))
                        .doesNotThrowAnyException();
            }
        }
    }

    /** Of the commands that need nothing but the embedded model, the first ones are carried out. */
    @Test
    void theFirstCommandsDraw(@TempDir Path folder) throws IOException {
        List<List<String>> quick = new ArrayList<>();
        for (String page : List.of("README.md", "docs/gallery.md")) {
            commands(ROOT.resolve(page)).stream()
                    .filter(command -> command.getFirst().equals("generate"))
                    .filter(command -> Collections.disjoint(command, WITH_FILES))
                    .forEach(quick::add);
        }
        assertThat(quick).hasSizeGreaterThanOrEqualTo(DRAWN);
        for (List<String> command : quick.subList(0, DRAWN)) {
            List<String> words = new ArrayList<>(command);
            int out = words.indexOf("--out") + 1;
            assertThat(out).isPositive();
            Path picture = folder.resolve(words.get(out));
            words.set(out, picture.toString());
            StringWriter err = new StringWriter();
            int exit = Main.run(
                    new PrintWriter(new StringWriter()), new PrintWriter(err, true), words.toArray(String[]::new));
            assertThat(exit)
                    .as("hypersd %s: %s", String.join(" ", command), err)
                    .isZero();
            assertThat(picture).isNotEmptyFile();
        }
    }

    /** Every stage begins with the LoRA of the one before, and the LoRA of the last one states how it is drawn with. */
    @Test
    void theStagesOfTheFirstDistillationFollowEachOther() throws IOException {
        List<List<String>> commands = commands(ROOT.resolve("docs/distil-your-model.md"));
        List<Recipe> stages = commands.stream()
                .filter(command -> command.getFirst().equals("train"))
                .map(command -> Recipe.read(ROOT.resolve(command.get(1)), List.of()))
                .toList();
        assertThat(stages).hasSize(5);
        for (int i = 1; i < stages.size(); i++) {
            assertThat(stages.get(i).resolved().paths())
                    .containsEntry("distillation.initial_lora", lora(stages.get(i - 1)));
        }
        List<String> drawn = commands.get(stages.size());
        assertThat(Path.of(drawn.get(drawn.indexOf("--lora") + 1))).isEqualTo(lora(stages.getLast()));
        assertThat(drawn).doesNotContain("--steps", "--sampler", "--guidance");
    }

    private static Path lora(Recipe recipe) {
        return recipe.output().resolve("model/lora.safetensors");
    }

    /** Returns the words of all commands in the indented code of a document; those in a loop for each of its values. */
    private static List<List<String>> commands(Path document) throws IOException {
        String text = Files.readString(document).replaceAll("\\\\\n\\s*", " ");
        text = QUOTED_LINES.matcher(text).replaceAll("$1 $2");
        List<List<String>> commands = new ArrayList<>();
        Map<String, List<String>> loops = new HashMap<>();
        for (String line : text.lines().toList()) {
            Matcher loop = LOOP.matcher(line);
            Matcher command = COMMAND.matcher(line);
            if (loop.matches()) {
                loops.put(loop.group(1), List.of(loop.group(2).split(" ")));
            } else if (line.startsWith("    ") && command.matches() && !isSynopsis(command.group(1))) {
                String words = END.matcher(command.group(1)).replaceAll("");
                values(words, loops).forEach(expanded -> commands.add(words(expanded)));
            }
        }
        return commands;
    }

    /** Returns whether a line shows a form and no command: alternatives, or what may be left out. */
    private static boolean isSynopsis(String line) {
        return line.contains("[options]") || line.contains("DIR|FILE");
    }

    /** Replaces a variable by each of its values, and a number that is left open. */
    private static List<String> values(String words, Map<String, List<String>> loops) {
        String numbered = words.replaceAll("(?<=[ -])N(?= |$)", "4");
        Matcher variable = VARIABLE.matcher(numbered);
        return variable.find()
                ? loops.getOrDefault(variable.group(1), List.of("value")).stream()
                        .map(value -> numbered.replace(variable.group(), value))
                        .toList()
                : List.of(numbered);
    }

    private static List<String> words(String line) {
        return WORD.matcher(line).results().map(DocumentedCommandsTest::word).toList();
    }

    private static String word(MatchResult word) {
        return Stream.of(1, 2, 3)
                .map(word::group)
                .filter(group -> group != null)
                .findFirst()
                .orElseThrow();
    }
}
