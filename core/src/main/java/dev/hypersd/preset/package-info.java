/**
 * How the released few-step models want to be sampled.
 *
 * <p>A distilled model works with the sampler, the steps and the guidance it was distilled for and looks broken with
 * others. A {@link dev.hypersd.preset.Preset} is that knowledge as data; {@link dev.hypersd.preset.Presets} finds it by
 * name or from a file's name, also those that a {@link dev.hypersd.preset.PresetProvider} tells of. What else is known
 * of published files is here too: the families of models, and whose alphas count.
 */
@NullMarked
package dev.hypersd.preset;

import org.jspecify.annotations.NullMarked;
