package dev.hypersd.serve.api;

import dev.hypersd.serve.queue.Limits;
import java.util.concurrent.atomic.AtomicLong;

/** Where requests come in, with a memory for what they bring that all of them share. Safe to share. */
public final class RequestMemory {
    private final Limits limits;
    private final AtomicLong held = new AtomicLong();

    public RequestMemory(Limits limits) {
        this.limits = limits;
    }

    /** Lets one more request in, which has brought nothing yet. */
    public Intake open() {
        return new Intake(limits, held);
    }

    /** Bytes that present requests take up. */
    public long held() {
        return held.get();
    }
}
