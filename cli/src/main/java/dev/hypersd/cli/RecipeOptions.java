package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The recipe of a command, and the values that replace some of its own. */
final class RecipeOptions {
    @Parameters(
            paramLabel = "RECIPE",
            arity = "0..1",
            description = "The recipe, a YAML file; without one, --set gives all its keys.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "The value of a key of the recipe in YAML, in place of the one that it has, such as "
                    + "output=runs/other. Can be given several times.")
    private List<String> changes = new ArrayList<>();

    /**
     * Reads the recipe.
     *
     * @param ofFile reads a file with changes
     * @param ofChanges reads changes alone
     */
    <R> R read(BiFunction<Path, List<String>, R> ofFile, Function<List<String>, R> ofChanges) {
        if (file.isEmpty() && changes.isEmpty()) {
            throw new InvalidRequestException("name a recipe, or give its keys with --set");
        }
        return file.map(path -> ofFile.apply(path, changes)).orElseGet(() -> ofChanges.apply(changes));
    }
}
