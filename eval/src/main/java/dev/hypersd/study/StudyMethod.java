package dev.hypersd.study;

/**
 * A way to draw whose pictures are shown in a study.
 *
 * @param name for the people who read the results
 * @param fingerprint of everything that decides its pictures apart from prompts and seeds
 */
public record StudyMethod(String name, String fingerprint) {}
