package dev.hypersd.spring.ai;

import java.math.BigInteger;
import org.springframework.ai.image.ImageGenerationMetadata;

/**
 * How a picture was drawn.
 *
 * @param seed the seed that draws it again
 * @param infotext the prompt and all settings in one text, as other programs read it
 */
public record HyperSdImageMetadata(BigInteger seed, String infotext) implements ImageGenerationMetadata {}
