package dev.hypersd.model;

import java.nio.file.Path;

/**
 * A LoRA that something is made of, and how strongly it counts.
 *
 * @param weight 1 as trained
 */
public record Source(Path file, double weight) {}
