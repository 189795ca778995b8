package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.json.Json;
import dev.hypersd.request.ReadInfotext;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd show}, which prints the parameters of pictures. */
@Command(
        name = "show",
        description = "Say how pictures were made, by what is written in them.",
        footer = {"", "Example:", "  hypersd show fox-7.png"})
final class ShowCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "PNG, JPEG or WebP files, from here or from other tools.")
    private List<Path> files = List.of();

    @Option(names = "--json", description = "Print one JSON object for each picture.")
    private boolean json;

    @Override
    public void run() {
        files.forEach(this::show);
    }

    private void show(Path file) {
        GenerationParameters parameters = GenerationParameters.read(file)
                .orElseThrow(() -> new InvalidFileException(file, "has no parameters that say how it was made"));
        Warnings warnings = new Warnings(spec.commandLine().getErr());
        ReadInfotext.of(parameters).warnings().forEach(warning -> warnings.say(file + ": " + warning));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.MAPPER.writeValueAsString(Map.of(
                    "file", file.toString(),
                    "prompt", parameters.prompt(),
                    "negative", parameters.negativePrompt(),
                    "settings", parameters.settings())));
            return;
        }
        out.printf("%s: %s%n", file, parameters.prompt());
        if (!parameters.negativePrompt().isEmpty()) {
            out.printf("  negative: %s%n", parameters.negativePrompt());
        }
        parameters.settings().forEach((name, value) -> out.printf("  %s: %s%n", name, value));
    }
}
