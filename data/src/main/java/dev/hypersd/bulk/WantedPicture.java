package dev.hypersd.bulk;

import dev.hypersd.request.GenerationOptions;

/**
 * A picture that a file of prompts asks for.
 *
 * @param number its place among all pictures of the file, from 0
 * @param row the place of its prompt in the file, from 1
 * @param options everything that is asked of it, with its own seed; it is one picture
 */
public record WantedPicture(long number, long row, GenerationOptions options) {}
