/** Answers: pictures that are waited for, and sentences where there are none. */
@NullMarked
package dev.hypersd.serve.answer;

import org.jspecify.annotations.NullMarked;
