package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
    @ParameterizedTest
    @MethodSource("verbs")
    void everySubcommandHasHelpWithAnExample(String verb) {
        String[] arguments = (verb + " --help").split(" ");
        Outcome outcome = Outcome.of(arguments);
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .startsWith("Usage: hypersd " + verb)
                .containsPattern("Examples?:\\R  hypersd " + verb)
                .contains("--verbose");
    }

    /** All of them, {@code data scenes} as much as {@code data}. */
    static Stream<String> verbs() {
        return verbsOf(Main.commandLine(), "");
    }

    private static Stream<String> verbsOf(CommandLine command, String prefix) {
        return command.getSubcommands().entrySet().stream()
                .flatMap(verb -> Stream.concat(
                        Stream.of(prefix + verb.getKey()), verbsOf(verb.getValue(), prefix + verb.getKey() + " ")));
    }
}
