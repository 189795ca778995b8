/**
 * Text to token ids, as CLIP's text encoders expect them: {@link dev.hypersd.tokenizer.ClipTokenizer}.
 *
 * <p>Pure Java, exact to the id with the field's current tokenizer; docs/adr/0004-tokenizer.md tells why it is written here.
 */
@NullMarked
package dev.hypersd.tokenizer;

import org.jspecify.annotations.NullMarked;
