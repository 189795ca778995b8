package dev.hypersd.distillation.trajectory;

import dev.hypersd.training.RandomSource;

/** How far along its segment a student has to go. */
public enum TargetTimestep {
    /** To any point below the one it is at, all equally often: the whole trajectory is learned. */
    UNIFORM {
        @Override
        int draw(int start, int index, RandomSource random) {
            return start + (int) (random.uniform() * (index - start));
        }
    },
    /** To the segment's end, as it will be used. */
    BOUNDARY {
        @Override
        int draw(int start, int index, RandomSource random) {
            return start;
        }
    },
    /** One or the other. */
    MIXED {
        @Override
        int draw(int start, int index, RandomSource random) {
            return (random.uniform() < 0.5 ? UNIFORM : BOUNDARY).draw(start, index, random);
        }
    };

    /**
     * The point to go to.
     *
     * @param start of the segment
     * @param index where it is, above {@code start}
     * @return {@code start..index - 1}
     */
    abstract int draw(int start, int index, RandomSource random);
}
