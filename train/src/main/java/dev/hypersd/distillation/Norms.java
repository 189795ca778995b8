package dev.hypersd.distillation;

import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import java.math.BigInteger;

/** Normalisation in discriminators. */
final class Norms {
    private static final long GROUPS = 32;
    private static final double EPS = 1e-5;

    private Norms() {}

    /** In 32 groups, or as many as small networks have channels for. */
    static GroupNorm of(Parameters p, long channels) {
        long groups =
                BigInteger.valueOf(channels).gcd(BigInteger.valueOf(GROUPS)).longValue();
        return new GroupNorm(p, channels, groups, EPS);
    }
}
