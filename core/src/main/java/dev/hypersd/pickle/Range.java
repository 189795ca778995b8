package dev.hypersd.pickle;

/**
 * A range of bytes in a file.
 *
 * @param begin the position of the first byte
 * @param length the number of bytes
 */
record Range(long begin, long length) {}
