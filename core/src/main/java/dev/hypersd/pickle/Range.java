package dev.hypersd.pickle;

/**
 * Where in a file something lies.
 *
 * @param begin its first byte
 * @param length how many bytes it has
 */
record Range(long begin, long length) {}
