package dev.hypersd.nn;

/** Holds the binding behind {@link Adapters#during}, out of sight. */
final class ActiveAdapters {
    static final ScopedValue<Adapters> CURRENT = ScopedValue.newInstance();

    private ActiveAdapters() {}
}
