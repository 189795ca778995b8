/** What a server says no to, by who has to act, and the status that says so. */
@NullMarked
package dev.hypersd.serve.refusal;

import org.jspecify.annotations.NullMarked;
