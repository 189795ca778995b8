/**
 * A model of this machine as an application uses it: chosen by a file or by a name, loaded once, and asked for pictures
 * by options. The modules for langchain4j and Spring AI are built on this.
 */
@NullMarked
package dev.hypersd.application;

import org.jspecify.annotations.NullMarked;
