package dev.hypersd.preprocess;

import dev.hypersd.image.Image;

/** The ways to make control pictures, with their usual settings. */
public enum Preprocessor {
    /** The edges of a picture, for ControlNets called canny. */
    CANNY {
        @Override
        public Image apply(Image picture) {
            return Edges.canny(picture, 100, 200);
        }
    },

    /** A sketch of a picture, for ControlNets called scribble. */
    SCRIBBLE {
        @Override
        public Image apply(Image picture) {
            return Scribble.ofPicture(picture);
        }
    },

    /**
     * A drawing with dark lines on light paper turned into light lines on black, for ControlNets called scribble or
     * lineart.
     */
    DRAWING {
        @Override
        public Image apply(Image picture) {
            return Scribble.ofDrawing(picture);
        }
    };

    /** Returns the control picture, of the size of {@code picture}. */
    public abstract Image apply(Image picture);
}
