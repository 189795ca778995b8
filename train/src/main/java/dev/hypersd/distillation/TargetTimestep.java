package dev.hypersd.distillation;

import dev.hypersd.training.RandomSource;

/** The choice of the timestep that a student has to reach within its segment. */
enum TargetTimestep {
    /** Any point below its start, uniformly: the whole trajectory is learned. */
    UNIFORM {
        @Override
        int draw(int end, int point, RandomSource random) {
            return end + (int) (random.uniform() * (point - end));
        }
    },
    /** The end of the segment, which is used in sampling. */
    BOUNDARY {
        @Override
        int draw(int end, int point, RandomSource random) {
            return end;
        }
    },
    /** Either of both, equally often. */
    MIXED {
        @Override
        int draw(int end, int point, RandomSource random) {
            return (random.uniform() < 0.5 ? UNIFORM : BOUNDARY).draw(end, point, random);
        }
    };

    /**
     * Draws the point that the student has to reach, {@code end} to {@code point - 1}.
     *
     * @param end the cleaner end of the segment
     * @param point the point where the student starts, above {@code end}
     */
    abstract int draw(int end, int point, RandomSource random);
}
