/**
 * The {@code hypersd} command, with one class for each verb. The classes read options, call the libraries and print;
 * what the options mean is decided in the libraries.
 */
@NullMarked
package dev.hypersd.cli;

import org.jspecify.annotations.NullMarked;
