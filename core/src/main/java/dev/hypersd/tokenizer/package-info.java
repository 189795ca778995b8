/**
 * Tokenization for CLIP's text encoders: {@link dev.hypersd.tokenizer.ClipTokenizer}.
 *
 * <p>It is pure Java and returns exactly the ids of Hugging Face's current tokenizer. docs/adr/0004-tokenizer.md says
 * why this project implements it.
 */
@NullMarked
package dev.hypersd.tokenizer;

import org.jspecify.annotations.NullMarked;
