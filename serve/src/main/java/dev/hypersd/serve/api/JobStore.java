package dev.hypersd.serve.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The jobs that clients ask about by id. Results are kept for an hour, and the oldest go earlier when they take up too
 * much. Safe to share.
 */
final class JobStore {
    static final Duration KEPT = Duration.ofHours(1);

    private static final long MAX_BYTES = 128L << 20;
    private static final int MAX_JOBS = 1000;

    /** The oldest job comes first. */
    private final SequencedMap<String, SubmittedJob> jobs = new LinkedHashMap<>();

    /** Keeps a job. */
    synchronized void keep(SubmittedJob job) {
        jobs.putLast(job.id(), job);
        removeOld();
    }

    /** Returns the job of this id, if {@code client} submitted it. */
    synchronized Optional<SubmittedJob> find(String client, String id) {
        removeOld();
        return Optional.ofNullable(jobs.get(id)).filter(job -> job.client().equals(client));
    }

    /** Returns the jobs of {@code client}, the oldest first. */
    synchronized List<SubmittedJob> of(String client) {
        removeOld();
        return jobs.values().stream().filter(job -> job.client().equals(client)).toList();
    }

    /** Forgets a job. */
    synchronized void remove(SubmittedJob job) {
        jobs.remove(job.id());
    }

    /** The job that came last, and jobs that are not finished, are kept however much there is. */
    private void removeOld() {
        jobs.values()
                .removeIf(job -> job.job().images().isDone() && job.job().age().compareTo(KEPT) > 0);
        long bytes = jobs.values().stream().mapToLong(SubmittedJob::bytes).sum();
        for (SubmittedJob job : List.copyOf(jobs.values())) {
            boolean isTooMuch = bytes > MAX_BYTES || jobs.size() > MAX_JOBS;
            if (isTooMuch && jobs.size() > 1 && job.job().images().isDone()) {
                bytes -= job.bytes();
                jobs.remove(job.id());
            }
        }
    }
}
