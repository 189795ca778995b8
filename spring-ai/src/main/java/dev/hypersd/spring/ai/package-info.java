/** The image model of Spring AI ({@code org.springframework.ai.image.ImageModel}) that draws on this machine. */
@NullMarked
package dev.hypersd.spring.ai;

import org.jspecify.annotations.NullMarked;
