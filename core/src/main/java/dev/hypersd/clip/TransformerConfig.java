package dev.hypersd.clip;

/**
 * The sizes of a tower of CLIP.
 *
 * @param width of the hidden states
 * @param innerWidth of the feed-forward parts
 * @param layers number of them
 * @param heads attention heads of each
 * @param eps of every LayerNorm
 */
record TransformerConfig(int width, int innerWidth, int layers, int heads, Activation activation, double eps) {}
