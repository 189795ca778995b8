package dev.hypersd.serve.queue;

import java.time.Duration;

/**
 * How far the picture is that is being drawn.
 *
 * @param step how many steps are done
 * @param steps of how many
 * @param elapsed since the first step began
 * @param prompt of the first picture
 */
public record Progress(int step, int steps, Duration elapsed, String prompt) {}
