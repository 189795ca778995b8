/** The image model of langchain4j ({@code dev.langchain4j.model.image.ImageModel}) that draws on this machine. */
@NullMarked
package dev.hypersd.langchain4j;

import org.jspecify.annotations.NullMarked;
