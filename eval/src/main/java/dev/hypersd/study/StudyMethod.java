package dev.hypersd.study;

/**
 * A method whose pictures are compared in a study.
 *
 * @param name the name in the results
 * @param fingerprint a hash of everything that decides its pictures apart from prompts and seeds
 */
public record StudyMethod(String name, String fingerprint) {}
