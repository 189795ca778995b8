/** The notation of prompts: weights, parts, and wildcards, before a tokenizer makes numbers of the words. */
@NullMarked
package dev.hypersd.prompt;

import org.jspecify.annotations.NullMarked;
