/** Vocabularies learned from captions. */
@NullMarked
package dev.hypersd.vocabulary;

import org.jspecify.annotations.NullMarked;
