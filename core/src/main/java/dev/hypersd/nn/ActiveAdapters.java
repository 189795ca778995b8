package dev.hypersd.nn;

/** Holds the binding of {@link Adapters#during}, which an interface could not hide. */
final class ActiveAdapters {
    static final ScopedValue<Adapters> CURRENT = ScopedValue.newInstance();

    private ActiveAdapters() {}
}
