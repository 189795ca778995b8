/** The configuration of Spring AI's image model by the properties of a Spring Boot application. */
@NullMarked
package dev.hypersd.spring.ai.autoconfigure;

import org.jspecify.annotations.NullMarked;
