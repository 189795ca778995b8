package dev.hypersd.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose the files of pictures. */
final class OutputOptions {
    @Option(
            names = "--out",
            paramLabel = "PATTERN",
            description = "Where to: a .png, .jpg, .jpeg or .webp file, {seed} and {index} filled in; with "
                    + "--prompts also a folder. Default: hypersd-{seed}.png.")
    Optional<String> pattern = Optional.empty();

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "How many pictures, of seeds that follow each other. Default: 1.")
    Optional<Integer> count = Optional.empty();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many at once; more memory, a little faster. Default: 1.")
    int batch;

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description = "Put all pictures on one sheet besides, each above its seed.")
    Optional<Path> sheet = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object for each picture instead of its file name.")
    boolean json;
}
