/**
 * Strict reading of JSON files from untrusted sources, within limits, and with errors that name the file and the key.
 */
@NullMarked
package dev.hypersd.json;

import org.jspecify.annotations.NullMarked;
