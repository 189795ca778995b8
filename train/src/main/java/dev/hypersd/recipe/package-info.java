/** Recipes: YAML files that say what to train. Every key is checked before anything is loaded. */
@NullMarked
package dev.hypersd.recipe;

import org.jspecify.annotations.NullMarked;
