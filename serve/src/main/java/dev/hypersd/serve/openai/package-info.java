/** The image API of OpenAI. */
@NullMarked
package dev.hypersd.serve.openai;

import org.jspecify.annotations.NullMarked;
