package dev.hypersd.preprocess;

import dev.hypersd.image.Image;

/** The ways of making control pictures, with their usual settings. */
public enum Preprocessor {
    /** Extracts the edges of a picture, for canny ControlNets. */
    CANNY {
        @Override
        public Image apply(Image picture) {
            return Edges.canny(picture, 100, 200);
        }
    },

    /** Makes a sketch of a picture, for scribble ControlNets. */
    SCRIBBLE {
        @Override
        public Image apply(Image picture) {
            return Scribble.ofPicture(picture);
        }
    },

    /** Inverts a drawing with dark lines on light paper, for scribble and lineart ControlNets. */
    DRAWING {
        @Override
        public Image apply(Image picture) {
            return Scribble.ofDrawing(picture);
        }
    };

    /** Returns the control picture, in the size of {@code picture}. */
    public abstract Image apply(Image picture);
}
