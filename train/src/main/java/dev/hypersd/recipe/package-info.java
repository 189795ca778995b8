/** Recipes: YAML files that describe a training run. Every key is checked before anything is loaded. */
@NullMarked
package dev.hypersd.recipe;

import org.jspecify.annotations.NullMarked;
