/**
 * The {@code hypersd} command, with one class for each subcommand. The classes read options, call the libraries and
 * print; the libraries decide what the options mean.
 */
@NullMarked
package dev.hypersd.cli;

import org.jspecify.annotations.NullMarked;
