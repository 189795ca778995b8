package dev.hypersd.scene;

/** The parts of a data set: training, validation and test. No picture is in two of them. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST
}
