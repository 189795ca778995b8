package dev.hypersd.scene;

/** A description in words and the same as data. */
public record Caption(String text, Claims claims) {}
