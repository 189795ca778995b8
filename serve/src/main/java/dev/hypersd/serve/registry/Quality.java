package dev.hypersd.serve.registry;

/** The quality with which a picture is drawn. */
public enum Quality {
    /** As fast as the server was set up for, such as with a tiny autoencoder and in BF16: for pictures that change. */
    FAST,

    /**
     * As the command {@code hypersd generate} draws: with the model's own autoencoder and in full precision, unless the
     * server was started with others. For pictures that stay.
     */
    FINAL;

    /** Returns {@link #FINAL} if {@code isFinal} is true, and otherwise {@link #FAST}. */
    public static Quality of(boolean isFinal) {
        return isFinal ? FINAL : FAST;
    }
}
