/**
 * Low-rank adapters (LoRA, Hu et al., 2021): files in every spelling that is in use, fitted to a model's networks, laid over their
 * weights, and written.
 *
 * <p>The way of an adapter: {@link dev.hypersd.lora.LoraFile#open} believes nothing and needs no network;
 * {@link dev.hypersd.lora.Lora#fit} finds the parameter that each module changes, or refuses with a verdict, and needs only the
 * shapes of the networks; {@link dev.hypersd.lora.MergedAdapters} computes the changed weights, beside the base and not in it;
 * {@link dev.hypersd.lora.UnmergedAdapters} leaves that to the layers.
 * {@link dev.hypersd.nn.LowRank} is the formula, for merging and training alike.
 */
@NullMarked
package dev.hypersd.lora;

import org.jspecify.annotations.NullMarked;
