package dev.hypersd.bulk;

import dev.hypersd.bulk.BatchDrawing.Prepared;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import java.nio.file.Path;

/** A store of pictures, which knows which of them it contains already. Pictures are added in sections, in order. */
public sealed interface PictureStore permits PictureFolder, PictureShards {
    /** The state of a picture in the store. */
    enum State {
        /** It is there, and its file is as it was written. */
        WHOLE,
        /** It is not there. */
        MISSING,
        /** It was drawn with other options or another model. */
        CHANGED,
        /** Its file is not as it was written. */
        DAMAGED
    }

    /** Begins the pictures with the numbers {@code first} to {@code end - 1}. */
    default void begin(long first, long end) {}

    /** Returns whether the picture is there. */
    State state(Prepared picture);

    /**
     * Keeps a picture, in place of another one of its number.
     *
     * @return its file
     * @throws dev.hypersd.error.HyperSdException if it cannot be written
     */
    Path put(Drawn drawn);

    /** Receives a picture of the section that cannot be drawn. */
    default void failed(Failure failure) {}

    /** Ends the section that was begun. */
    default void end() {}

    /** Completes what is kept, after the last section. */
    void complete();
}
