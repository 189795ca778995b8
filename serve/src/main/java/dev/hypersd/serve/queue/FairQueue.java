package dev.hypersd.serve.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
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
     * Creates a queue.
     *
     * @param maxItems the greatest number of waiting items
     * @param maxPerClient the greatest number of waiting items of one client
     */
    FairQueue(int maxItems, int maxPerClient) {
        this.maxItems = maxItems;
        this.maxPerClient = maxPerClient;
    }

    /**
     * Adds {@code item}, unless the queue is full or closed, or holds too many items of {@code client}; returns whether
     * it was added.
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
     * Takes the oldest item of the client whose turn it is, and waits if there is none.
     *
     * @return the item; empty if the queue is closed and empty
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
     * Takes the items that match, in rounds of one item of each client. A second item of a client is considered only if
     * every client's item matched in the round before, so that no client is overtaken twice.
     *
     * @param matches called once for each candidate, in the order in which they would be taken; an item that it accepts
     *     is taken
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

    /**
     * Returns how many items will be taken before {@code item} if no others come; empty if it does not wait. Before the
     * item of a client at place {@code i} come the earlier ones of that client, {@code i} of each client whose turn is
     * later, and one more of each whose turn is earlier.
     */
    synchronized OptionalInt before(String client, T item) {
        int place =
                List.copyOf(waiting.getOrDefault(client, new ArrayDeque<>())).indexOf(item);
        if (place < 0) {
            return OptionalInt.empty();
        }
        int before = place;
        boolean isEarlier = true;
        for (Map.Entry<String, Queue<T>> other : waiting.entrySet()) {
            if (other.getKey().equals(client)) {
                isEarlier = false;
            } else {
                before += Math.min(other.getValue().size(), isEarlier ? place + 1 : place);
            }
        }
        return OptionalInt.of(before);
    }

    /** Removes {@code item}, and returns whether it was still waiting. */
    synchronized boolean remove(String client, T item) {
        Queue<T> own = waiting.getOrDefault(client, new ArrayDeque<>());
        boolean removed = own.remove(item);
        if (own.isEmpty()) {
            waiting.remove(client);
        }
        size -= removed ? 1 : 0;
        return removed;
    }

    /** Removes the oldest item of {@code client}, whose next turn is then after the other clients'. */
    private T removeFirst(String client) {
        Queue<T> own = Objects.requireNonNull(waiting.remove(client));
        T item = own.remove();
        if (!own.isEmpty()) {
            waiting.putLast(client, own);
        }
        size--;
        return item;
    }

    /** Returns the number of waiting items. */
    synchronized int size() {
        return size;
    }

    /** Closes the queue for new items. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
