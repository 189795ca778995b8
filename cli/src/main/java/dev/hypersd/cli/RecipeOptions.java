package dev.hypersd.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The recipe of a command, and the values that replace some of its own. */
final class RecipeOptions {
    @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Use another value for a key of the recipe, such as output=runs/other. Can be given several "
                    + "times.")
    List<String> changes = new ArrayList<>();
}
