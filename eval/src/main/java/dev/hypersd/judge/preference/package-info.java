/**
 * The preference judge, which predicts which of several pictures people would choose for a text: the image encoder of
 * BLIP and a text encoder that attends to it (Li et al., 2022), with a head for one number, as in ImageReward (Xu et
 * al., 2023).
 *
 * <p>The network has the architecture and the weight names of the published ImageReward, which is a judge too. The
 * judge of the embedded model is a small configuration that was trained with CLIP's tokenizer.
 */
@NullMarked
package dev.hypersd.judge.preference;

import org.jspecify.annotations.NullMarked;
