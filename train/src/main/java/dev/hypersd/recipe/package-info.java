/** Recipes: YAML files that say what to train, checked to the last key before anything is loaded. */
@NullMarked
package dev.hypersd.recipe;

import org.jspecify.annotations.NullMarked;
