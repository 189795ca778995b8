/**
 * Low-rank adapters (LoRA, Hu et al., 2021): reading files in every spelling that is in use, fitting them to a model's
 * networks, applying them to weights, and writing them.
 *
 * <p>An adapter goes through three stages. {@link dev.hypersd.lora.LoraFile#open} reads and checks a file without
 * knowing a network. {@link dev.hypersd.lora.Lora#fit} finds the parameter that each module changes, or refuses with an
 * explanation; it needs only the shapes of the networks. {@link dev.hypersd.lora.MergedAdapters} computes changed
 * copies of the weights, and {@link dev.hypersd.lora.UnmergedAdapters} leaves the computation to the layers; neither
 * changes the base weights. {@link dev.hypersd.nn.LowRank} is the formula, for merging and for training.
 */
@NullMarked
package dev.hypersd.lora;

import org.jspecify.annotations.NullMarked;
