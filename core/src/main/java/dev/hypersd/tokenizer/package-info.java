/**
 * Text to token ids, as CLIP's text encoders expect them: {@link dev.hypersd.tokenizer.ClipTokenizer}.
 *
 * <p>It is pure Java and gives exactly the ids of Hugging Face's current tokenizer. docs/adr/0004-tokenizer.md says why
 * it is written here.
 */
@NullMarked
package dev.hypersd.tokenizer;

import org.jspecify.annotations.NullMarked;
