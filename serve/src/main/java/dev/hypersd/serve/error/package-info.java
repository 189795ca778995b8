/** Errors that clients are told: the HTTP status, a code for programs and a sentence for people. */
@NullMarked
package dev.hypersd.serve.error;

import org.jspecify.annotations.NullMarked;
