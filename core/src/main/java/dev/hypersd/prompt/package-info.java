/** The notation of prompts: weights, parts and wildcards, before text is tokenized. */
@NullMarked
package dev.hypersd.prompt;

import org.jspecify.annotations.NullMarked;
