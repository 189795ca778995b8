package dev.hypersd.serve.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongSupplier;

/**
 * The jobs that clients ask about by id. Results are kept for an hour, and the oldest go earlier when they take up too
 * much. Safe to share.
 */
final class JobStore {
    static final Duration KEPT = Duration.ofHours(1);

    private static final int MAX_JOBS = 1000;

    private final LongSupplier clock;
    private final long maxBytes;

    /** The oldest job comes first. */
    private final SequencedMap<String, Kept> jobs = new LinkedHashMap<>();

    private record Kept(SubmittedJob job, long since) {}

    /**
     * Creates the store.
     *
     * @param clock nanoseconds, as {@link System#nanoTime}
     * @param maxBytes how many bytes of images are kept
     */
    JobStore(LongSupplier clock, long maxBytes) {
        this.clock = clock;
        this.maxBytes = maxBytes;
    }

    /** Creates a store whose images take up a sixteenth of the heap, and 128 MiB, at most. */
    static JobStore open() {
        return new JobStore(
                System::nanoTime, Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 16));
    }

    /** Keeps a job. */
    synchronized void keep(SubmittedJob job) {
        jobs.putLast(job.id(), new Kept(job, clock.getAsLong()));
        removeOld();
    }

    /** Returns the job of this id, if {@code client} submitted it. */
    synchronized Optional<SubmittedJob> find(String client, String id) {
        removeOld();
        return Optional.ofNullable(jobs.get(id))
                .map(Kept::job)
                .filter(job -> job.client().equals(client));
    }

    /** Returns whether there is a job of this id, whoever submitted it. */
    synchronized boolean has(String id) {
        return jobs.containsKey(id);
    }

    /** Returns the jobs of {@code client}, the oldest first. */
    synchronized List<SubmittedJob> of(String client) {
        removeOld();
        return jobs.values().stream()
                .map(Kept::job)
                .filter(job -> job.client().equals(client))
                .toList();
    }

    /** The job that came last, and jobs that are not finished, are kept however much there is. */
    private void removeOld() {
        long now = clock.getAsLong();
        jobs.values().removeIf(kept -> kept.job().images().isDone() && now - kept.since() > KEPT.toNanos());
        long bytes =
                jobs.values().stream().mapToLong(kept -> kept.job().bytes()).sum();
        for (Kept kept : List.copyOf(jobs.values())) {
            boolean isTooMuch = bytes > maxBytes || jobs.size() > MAX_JOBS;
            if (isTooMuch && jobs.size() > 1 && kept.job().images().isDone()) {
                bytes -= kept.job().bytes();
                jobs.remove(kept.job().id());
            }
        }
    }
}
