package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The documents lead to files that exist, show options that exist, and have lines that fit into a window. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final CommandLine HYPERSD = Main.commandLine();
    private static final int WIDTH = 120;
    private static final List<String> OTHERS = List.of(
            "README.md",
            "CONTRIBUTING.md",
            "examples/README.md",
            "examples/emoji/README.md",
            "examples/gradle/README.md",
            "examples/jbang/README.md",
            "examples/maven/README.md",
            "examples/module-path/README.md",
            "mini/src/main/resources/dev/hypersd/mini/hypersd-mini/README.md",
            "testdata/reference/README.md",
            "testdata/reference/scorers/README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)|src=\"([^\"]+)\"");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern HEADING = Pattern.compile("#+ (.*)");
    private static final Pattern COMMAND = Pattern.compile("(?:^|[ `(])(?:\\./)?hypersd ((?:[^`|;&]|\\\\\\|)*)");
    private static final Pattern CLASS = Pattern.compile("`(\\w+)[.\\w]*`");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

    static Stream<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            Stream<Path> pages = files.filter(file -> file.toString().endsWith(".md"));
            return Stream.concat(OTHERS.stream().map(ROOT::resolve), pages).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadToFilesAndHeadingsThatExist(Path document) {
        List<String> broken = new ArrayList<>();
        for (String line : lines(document)) {
            LINK.matcher(line)
                    .results()
                    .map(link -> link.group(1) == null ? link.group(2) : link.group(1))
                    .filter(link -> !link.startsWith("http"))
                    .filter(link -> !leadsSomewhere(document, link))
                    .forEach(broken::add);
        }
        assertThat(broken).as("links of %s", document).isEmpty();
    }

    /** The change log names options that are gone, so it is not among the documents whose options exist. */
    static Stream<Path> texts() throws IOException {
        return Stream.concat(Stream.of(ROOT.resolve("CHANGELOG.md")), documents());
    }

    @ParameterizedTest
    @MethodSource("texts")
    void proseIsAtMost120ColumnsWide(Path document) {
        assertThat(prose(document).filter(line -> line.length() > WIDTH))
                .as("lines of %s", document)
                .isEmpty();
    }

    /** A table of faults is worth as much as the tests that it names. */
    @ParameterizedTest
    @MethodSource("documents")
    void testsThatAreNamedExist(Path document) {
        List<MatchResult> named = lines(document).stream()
                .flatMap(line -> TEST.matcher(line).results())
                .toList();
        for (MatchResult test : named) {
            assertThat(TestSources.BY_NAME.getOrDefault(test.group(1) + ".java", List.of()))
                    .as("%s names %s", document, test.group())
                    .anySatisfy(source -> assertThat(source).content().contains(" " + test.group(2) + "("));
        }
    }

    /** The tests of all modules by the names of their files, looked up once. */
    private static final class TestSources {
        static final Map<String, List<Path>> BY_NAME = read();

        private static Map<String, List<Path>> read() {
            Map<String, List<Path>> sources = new HashMap<>();
            try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT, Files::isDirectory)) {
                for (Path module : modules) {
                    Path tests = module.resolve("src/test/java");
                    if (Files.isDirectory(tests)) {
                        try (Stream<Path> files = Files.walk(tests)) {
                            files.forEach(file -> sources.computeIfAbsent(
                                            file.getFileName().toString(), _ -> new ArrayList<>())
                                    .add(file));
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return sources;
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void commandsHaveTheOptionsThatTheyAreShownWith(Path document) {
        List<String> unknown = new ArrayList<>();
        for (String line : continued(lines(document))) {
            COMMAND.matcher(line).results().forEach(shown -> unknown.addAll(unknownOptions(shown)));
        }
        assertThat(unknown).as("options in %s", document).isEmpty();
    }

    @Test
    void theGlossaryNamesClassesThatExist() throws IOException {
        Set<String> classes = new HashSet<>();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT, Files::isDirectory)) {
            for (Path module : modules) {
                classes.addAll(classes(module.resolve("src/main/java")));
            }
        }
        List<String> named = lines(ROOT.resolve("CONTRIBUTING.md")).stream()
                .dropWhile(line -> !line.equals("## Glossary"))
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(line.lastIndexOf(" | ")))
                .flatMap(column -> CLASS.matcher(column).results())
                .map(found -> found.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(20).allMatch(classes::contains);
    }

    private static Set<String> classes(Path sources) throws IOException {
        if (!Files.isDirectory(sources)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
    }

    /** The readme's example is run by {@link ReadmeTest}; these are parts of programs, which are compiled. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            applications.md | dev.hypersd.application.*, dev.hypersd.request.* |
            generate.md | dev.hypersd.pipeline.*, dev.hypersd.request.* |
            pictures.md | dev.hypersd.image.Image, dev.hypersd.request.* | Image picture, Image mask
            scenes.md   | dev.hypersd.scene.*, dev.hypersd.scene.drawing.*, dev.hypersd.data.* |
            serve.md    | dev.hypersd.model.*, dev.hypersd.serve.*, dev.hypersd.serve.registry.* | Path model
            """)
    void partsOfProgramsCompile(String document, String imports, String variables, @TempDir Path folder)
            throws IOException {
        Matcher part = JAVA.matcher(Files.readString(ROOT.resolve("docs").resolve(document)));
        assertThat(part.find()).isTrue();
        String program = Stream.concat(
                        Stream.of("java.net.URI", "java.nio.file.Path", "java.util.*", "java.util.stream.*"),
                        Stream.of(imports.split(", ")))
                .map("import %s;%n"::formatted)
                .collect(Collectors.joining(
                        "",
                        "",
                        "class Part { void run(%s) throws Exception { %s } }"
                                .formatted(variables == null ? "" : variables, part.group(1))));
        Path source = Files.writeString(folder.resolve("Part.java"), program);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        ToolProvider.getSystemJavaCompiler()
                .run(null, null, errors, "-proc:none", "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private static List<String> unknownOptions(MatchResult shown) {
        CommandLine command = HYPERSD;
        String[] words = shown.group(1).split("\\s+", -1);
        for (String word : words) {
            if (!command.getSubcommands().containsKey(word)) {
                break;
            }
            command = command.getSubcommands().get(word);
        }
        var known = command.getCommandSpec().optionsMap();
        return OPTION.matcher(shown.group(1))
                .results()
                .map(MatchResult::group)
                .filter(option -> !known.containsKey(option))
                .map(option -> "hypersd " + words[0] + " has no " + option)
                .toList();
    }

    private static boolean leadsSomewhere(Path document, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
        return Files.exists(target)
                && (parts.length == 1 || anchors(target).toList().contains(parts[1]));
    }

    /** The anchors that GitHub makes of headings. */
    private static Stream<String> anchors(Path document) {
        Function<String, String> anchor = heading -> heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
                .replace(' ', '-');
        return lines(document).stream()
                .map(HEADING::matcher)
                .filter(heading -> heading.matches())
                .map(heading -> anchor.apply(heading.group(1)));
    }

    /**
     * The lines that are neither code nor part of a table nor a picture, and have no link or word that cannot be
     * divided.
     */
    private static Stream<String> prose(Path document) {
        List<String> prose = new ArrayList<>();
        boolean code = false;
        for (String line : lines(document)) {
            if (line.strip().startsWith("```")) {
                code = !code;
            } else if (!code && !line.matches("(\\||    |<|!\\[).*")) {
                prose.add(line);
            }
        }
        return prose.stream().filter(line -> line.strip().contains(" "));
    }

    /** Commands that go on in the next line are one line. */
    private static List<String> continued(List<String> lines) {
        return List.of(String.join("\n", lines).replaceAll("\\\\\n\\s*", " ").split("\n"));
    }

    private static List<String> lines(Path document) {
        try {
            return Files.readAllLines(document);
        } catch (IOException e) {
            throw new AssertionError(document + " cannot be read", e);
        }
    }
}
