package dev.hypersd.study;

import dev.hypersd.image.Image;

/** The pictures of a study. */
@FunctionalInterface
public interface StudyPictures {
    /**
     * Returns the picture that a method drew. Several threads may call this at once.
     *
     * @param prompt the number of the prompt in the study, from 0
     * @param seed one of the study's seeds
     * @param method the name of one of its methods
     * @throws dev.hypersd.error.HyperSdException if the picture cannot be read
     */
    Image picture(int prompt, long seed, String method);
}
