/** The notation of prompts: weights, parts, and wildcards, before a tokenizer turns the words into ids. */
@NullMarked
package dev.hypersd.prompt;

import org.jspecify.annotations.NullMarked;
