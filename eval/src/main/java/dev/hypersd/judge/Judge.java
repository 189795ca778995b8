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
    /** A preference model that was trained here: how much the picture would be preferred as one of the text. */
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
