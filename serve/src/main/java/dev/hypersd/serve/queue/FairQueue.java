package dev.hypersd.serve.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * A bounded queue in which clients take turns: whoever asks for much waits behind whoever asks for little. Safe to share.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
    private final int most;
    private final int maxPerClient;

    /** Whose turn it is comes first; a client without anything waiting is not in it. */
    private final SequencedMap<String, Queue<T>> waiting = new LinkedHashMap<>();

    private int size;
    private boolean closed;

    /**
     * @param most how many may wait in all
     * @param maxPerClient how many of them may be of one client
     */
    FairQueue(int most, int maxPerClient) {
        this.most = most;
        this.maxPerClient = maxPerClient;
    }

    /** Lets {@code item} wait, unless there is no place for it or the queue is closed. */
    synchronized boolean offer(String client, T item) {
        Queue<T> own = waiting.getOrDefault(client, new ArrayDeque<>());
        if (closed || size == most || own.size() == maxPerClient) {
            return false;
        }
        own.add(item);
        waiting.putIfAbsent(client, own);
        size++;
        notifyAll();
        return true;
    }

    /** The oldest item of the client whose turn it is; waits for one. Empty once the queue is closed and nothing is left. */
    synchronized Optional<T> take() throws InterruptedException {
        while (size == 0) {
            if (closed) {
                return Optional.empty();
            }
            wait();
        }
        return Optional.of(removeFirst(waiting.firstEntry().getKey()));
    }

    /**
     * Takes those that join what was taken last, each in its client's turn; as long as nobody is left out, several of one client.
     *
     * @param joins asked once of each candidate, in the order in which they would be taken; what it accepts is taken
     */
    synchronized List<T> takeMatching(Predicate<T> joins) {
        List<T> taken = new ArrayList<>();
        boolean everybody = true;
        while (everybody && size > 0) {
            for (String client : List.copyOf(waiting.sequencedKeySet())) {
                T item = Objects.requireNonNull(waiting.get(client)).element();
                if (joins.test(item)) {
                    taken.add(item);
                    removeFirst(client);
                } else {
                    everybody = false;
                }
            }
        }
        return taken;
    }

    /** Takes {@code item} out of the queue, if it still waits. */
    synchronized boolean remove(String client, T item) {
        Queue<T> own = waiting.getOrDefault(client, new ArrayDeque<>());
        boolean removed = own.remove(item);
        if (own.isEmpty()) {
            waiting.remove(client);
        }
        size -= removed ? 1 : 0;
        return removed;
    }

    /** The client has had its turn, and waits for the next one behind the others. */
    private T removeFirst(String client) {
        Queue<T> own = Objects.requireNonNull(waiting.remove(client));
        T item = own.remove();
        if (!own.isEmpty()) {
            waiting.putLast(client, own);
        }
        size--;
        return item;
    }

    /** How many wait. */
    synchronized int size() {
        return size;
    }

    /** Lets nothing more in. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
