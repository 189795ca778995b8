package dev.hypersd.training;

import dev.hypersd.recipe.Recipe;
import dev.hypersd.recipe.Run;
import java.nio.file.Path;
import java.util.List;

/** A process that carries out a recipe, from the newest checkpoint of its run. */
final class RecipeRun {
    private RecipeRun() {}

    /** @param arguments the recipe */
    public static void main(String... arguments) {
        new Run(Recipe.read(Path.of(arguments[0]), List.of()), true, List.of()).carryOut();
    }
}
