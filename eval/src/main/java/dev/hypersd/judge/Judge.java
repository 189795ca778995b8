package dev.hypersd.judge;

/** The judges that a folder may have, in the order in which reports list them. */
public enum Judge {
    /** The attribute reader, which finds the attributes of a scene. */
    ATTRIBUTES("attributes"),
    /** The segmenter, which finds the outlines of a scene's objects. */
    SEGMENTATION("segmentation"),
    /** CLIP, which scores how well a picture fits a text. */
    CLIP("clip"),
    /** A head on CLIP's embeddings, which scores how well a picture looks, whatever it shows. */
    AESTHETIC("aesthetic"),
    /** ImageReward, which scores how much people would prefer a picture for its text. */
    IMAGE_REWARD("image-reward"),
    /** PickScore, a CLIP that was trained on people's choices between two pictures for a text. */
    PICK_SCORE("pick-score"),
    /** HPSv2, the second human preference score, also a CLIP that was trained on people's choices. */
    HPS("hps"),
    /** A preference model that was trained here. */
    PREFERENCE("preference"),
    /** The Inception network that FID and KID are measured on. */
    INCEPTION("inception"),
    /** The CLIP that CMMD is measured on. */
    CMMD("cmmd");

    private final String folder;

    Judge(String folder) {
        this.folder = folder;
    }

    /** Returns the name of its sub-folder. */
    public String folder() {
        return folder;
    }
}
