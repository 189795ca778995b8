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
 * A bounded queue in which clients take turns (round robin), so that a client with many items does not delay a client
 * with one. Safe to share.
 *
 * @param <T> the type of the items
 */
final class FairQueue<T> {
    private final int maxItems;
    private final int maxPerClient;

    /** The items of each client. The client whose turn is next comes first; a client without items is absent. */
    private final SequencedMap<String, Queue<T>> waiting = new LinkedHashMap<>();

    private int size;
    private boolean closed;

    /**
     * @param maxItems how many items may wait in all
     * @param maxPerClient how many of them may belong to one client
     */
    FairQueue(int maxItems, int maxPerClient) {
        this.maxItems = maxItems;
        this.maxPerClient = maxPerClient;
    }

    /**
     * Adds {@code item}, unless the queue is full or closed, or holds too many items of {@code client}; says whether it
     * did.
     */
    synchronized boolean offer(String client, T item) {
        Queue<T> own = waiting.getOrDefault(client, new ArrayDeque<>());
        if (closed || size == maxItems || own.size() == maxPerClient) {
            return false;
        }
        own.add(item);
        waiting.putIfAbsent(client, own);
        size++;
        notifyAll();
        return true;
    }

    /**
     * Takes the oldest item of the client whose turn it is, and waits for one if there is none.
     *
     * @return empty once the queue is closed and nothing is left
     */
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
     * Takes the items that match, going round the clients with one item of each. A second item of a client is
     * considered only if every client's item matched in the round before, so that nobody is overtaken twice.
     *
     * @param matches asked once about each candidate, in the order in which they would be taken; what it accepts is
     *     taken
     */
    synchronized List<T> takeMatching(Predicate<T> matches) {
        List<T> taken = new ArrayList<>();
        boolean allMatched = true;
        while (allMatched && size > 0) {
            for (String client : List.copyOf(waiting.sequencedKeySet())) {
                T item = Objects.requireNonNull(waiting.get(client)).element();
                if (matches.test(item)) {
                    taken.add(item);
                    removeFirst(client);
                } else {
                    allMatched = false;
                }
            }
        }
        return taken;
    }

    /** Removes {@code item}, and says whether it was still waiting. */
    synchronized boolean remove(String client, T item) {
        Queue<T> own = waiting.getOrDefault(client, new ArrayDeque<>());
        boolean removed = own.remove(item);
        if (own.isEmpty()) {
            waiting.remove(client);
        }
        size -= removed ? 1 : 0;
        return removed;
    }

    /** Removes the oldest item of {@code client}, which then waits for its next turn behind the others. */
    private T removeFirst(String client) {
        Queue<T> own = Objects.requireNonNull(waiting.remove(client));
        T item = own.remove();
        if (!own.isEmpty()) {
            waiting.putLast(client, own);
        }
        size--;
        return item;
    }

    /** Returns how many items wait. */
    synchronized int size() {
        return size;
    }

    /** Accepts no more items. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
