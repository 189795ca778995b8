package dev.hypersd.onednn;

import dev.hypersd.onednn.OneDnn.Operation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The operations compiled so far, by what they are for. Those that were not used for longest are given up. */
public final class Operations {
    /** Enough for several models and sizes of pictures; one network has some dozens. */
    private static final int MOST = 1024;

    private static final Map<Record, Operation> COMPILED = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Record, Operation> eldest) {
            boolean full = size() > MOST;
            if (full) {
                eldest.getValue().close();
            }
            return full;
        }
    };

    private Operations() {}

    /**
     * Returns the operation for {@code key}. It must be run on the engine's thread, on which alone others are given up.
     *
     * @param compile compiles it
     */
    public static synchronized Operation of(Record key, Supplier<Operation> compile) {
        Operation known = COMPILED.get(key);
        if (known == null) {
            known = compile.get();
            COMPILED.put(key, known);
        }
        return known;
    }
}
