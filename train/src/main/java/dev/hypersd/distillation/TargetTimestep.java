package dev.hypersd.distillation;

import dev.hypersd.training.RandomSource;

/** Which timestep of its segment a student has to reach. */
enum TargetTimestep {
    /** Any point below the one where it is, all equally often: the whole trajectory is learned. */
    UNIFORM {
        @Override
        int draw(int end, int point, RandomSource random) {
            return end + (int) (random.uniform() * (point - end));
        }
    },
    /** The segment's end, as it will be used. */
    BOUNDARY {
        @Override
        int draw(int end, int point, RandomSource random) {
            return end;
        }
    },
    /** One or the other, equally often. */
    MIXED {
        @Override
        int draw(int end, int point, RandomSource random) {
            return (random.uniform() < 0.5 ? UNIFORM : BOUNDARY).draw(end, point, random);
        }
    };

    /**
     * The point that the student has to reach, {@code end..point - 1}.
     *
     * @param end the cleaner end of the segment
     * @param point where the student is, above {@code end}
     */
    abstract int draw(int end, int point, RandomSource random);
}
