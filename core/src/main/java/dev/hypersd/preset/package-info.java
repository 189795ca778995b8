/**
 * The sampling settings of the released few-step models.
 *
 * <p>A distilled model works with the sampler, the steps and the guidance that it was distilled for, and gives broken
 * pictures with others. A {@link dev.hypersd.preset.Preset} holds these settings; {@link dev.hypersd.preset.Presets}
 * finds it by its name or by the name of a file, including those of each {@link dev.hypersd.preset.PresetProvider}.
 * Other facts about published files are here too: the families of models, and which alphas are effective.
 */
@NullMarked
package dev.hypersd.preset;

import org.jspecify.annotations.NullMarked;
