package dev.hypersd.judge;

/** The judges that a folder may have, in the order in which reports list them. */
public enum Judge {
    /** Reads which attributes a scene shows. */
    ATTRIBUTES("attributes"),
    /** Outlines the objects of a scene. */
    SEGMENTATION("segmentation"),
    /** CLIP: how well the picture fits the text. */
    CLIP("clip"),
    /** A head on CLIP's embeddings: how well the picture looks, whatever it shows. */
    AESTHETIC("aesthetic"),
    /** ImageReward: how much people would prefer the picture as one of the text. */
    IMAGE_REWARD("image-reward"),
    /** PickScore, likewise, a CLIP that learned from choices between two pictures. */
    PICK_SCORE("pick-score"),
    /** The second human preference score, likewise. */
    HPS("hps"),
    /** Returns a preference model that was trained here. */
    PREFERENCE("preference");

    private final String folder;

    Judge(String folder) {
        this.folder = folder;
    }

    /** Returns the name of its sub-folder. */
    public String folder() {
        return folder;
    }
}
