/** Learning the vocabulary of a tokenizer from captions. */
@NullMarked
package dev.hypersd.vocabulary;

import org.jspecify.annotations.NullMarked;
