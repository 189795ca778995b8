package dev.hypersd.scene;

/** Which pictures learn, choose and judge; no picture is in two splits. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST
}
