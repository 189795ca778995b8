package dev.hypersd.serve.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A bounded queue in which networks take turns (round robin), and the clients of a network take turns with its turns.
 * So a client with many items, or many sessions, does not delay one with a single item. Safe to share.
 *
 * @param <T> the type of the items
 */
final class FairQueue<T> {
    private final int maxItems;
    private final int maxPerClient;

    /** The waiting items; those of a client are in the order in which they are taken. */
    private final List<Entry<T>> waiting;

    /** The turn in which each network that has items was served last; the one with the smallest number is next. */
    private final Map<Network, Long> networks;

    /** The same of each client. */
    private final Map<Client, Long> clients;

    /** The number of the last turn. Turns are even; who comes anew is placed before the one that was served last. */
    private long turn;

    private boolean closed;

    private record Entry<T>(Client client, Network network, T item) {
        Entry(Client client, T item) {
            this(client, Network.of(client.address()), item);
        }

        /** Returns whether both items count as those of one client. */
        boolean isOfClient(Entry<T> other) {
            return network.equals(other.network) && client.session().equals(other.client.session());
        }
    }

    /**
     * Creates a queue.
     *
     * @param maxItems the greatest number of waiting items
     * @param maxPerClient the greatest number of waiting items of one client
     */
    FairQueue(int maxItems, int maxPerClient) {
        this.maxItems = maxItems;
        this.maxPerClient = maxPerClient;
        this.waiting = new ArrayList<>();
        this.networks = new HashMap<>();
        this.clients = new HashMap<>();
    }

    private FairQueue(FairQueue<T> other) {
        this.maxItems = other.maxItems;
        this.maxPerClient = other.maxPerClient;
        this.waiting = new ArrayList<>(other.waiting);
        this.networks = new HashMap<>(other.networks);
        this.clients = new HashMap<>(other.clients);
        this.turn = other.turn;
    }

    /**
     * Adds {@code item}, unless the queue is full or closed, or holds too many items of {@code client}; returns whether
     * it was added.
     */
    synchronized boolean offer(Client client, T item) {
        Entry<T> entry = new Entry<>(client, item);
        long own = waiting.stream().filter(entry::isOfClient).count();
        if (closed || waiting.size() >= maxItems || own >= maxPerClient) {
            return false;
        }
        waiting.addLast(entry);
        join(entry, turn - 1);
        return true;
    }

    /**
     * Puts back an item that was taken and needs another turn, before the other items of {@code client}. Its turn comes
     * after those of all who wait now, however full the queue is.
     */
    synchronized void putBack(Client client, T item) {
        Entry<T> entry = new Entry<>(client, item);
        waiting.addFirst(entry);
        join(entry, turn);
    }

    /** Puts {@code item} in the place of another one of its client; returns whether that one was still waiting. */
    synchronized boolean replace(T other, T item) {
        for (int i = 0; i < waiting.size(); i++) {
            Entry<T> entry = waiting.get(i);
            if (entry.item().equals(other)) {
                waiting.set(i, new Entry<>(entry.client(), entry.network(), item));
                return true;
            }
        }
        return false;
    }

    private void join(Entry<T> entry, long servedLast) {
        networks.putIfAbsent(entry.network(), servedLast);
        clients.putIfAbsent(entry.client(), servedLast);
        notifyAll();
    }

    /**
     * Takes the oldest item of the client whose turn it is, and waits if there is none.
     *
     * @return the item; empty if the queue is closed and empty
     */
    synchronized Optional<T> take() throws InterruptedException {
        while (waiting.isEmpty()) {
            if (closed) {
                return Optional.empty();
            }
            wait();
        }
        Entry<T> next = next(waiting);
        serve(next);
        return Optional.of(next.item());
    }

    /**
     * Takes the items that match, in rounds of one item of each network. A second item of a network is considered only
     * if every network's item matched in the round before, so that no network is overtaken twice.
     *
     * @param matches called once for each candidate, in the order in which they would be taken; an item that it accepts
     *     is taken
     */
    synchronized List<T> takeMatching(Predicate<T> matches) {
        List<T> taken = new ArrayList<>();
        boolean allMatched = true;
        while (allMatched && !waiting.isEmpty()) {
            List<Entry<T>> round = new ArrayList<>(waiting);
            while (!round.isEmpty()) {
                Entry<T> candidate = next(round);
                round.removeIf(entry -> entry.network().equals(candidate.network()));
                if (matches.test(candidate.item())) {
                    taken.add(candidate.item());
                    serve(candidate);
                } else {
                    allMatched = false;
                }
            }
        }
        return taken;
    }

    /** Returns how many items will be taken before {@code item} if no others come; empty if it does not wait. */
    synchronized OptionalInt before(T item) {
        if (waiting.stream().noneMatch(entry -> entry.item().equals(item))) {
            return OptionalInt.empty();
        }
        FairQueue<T> copy = new FairQueue<>(this);
        int before = 0;
        for (Entry<T> next = copy.next(copy.waiting); !next.item().equals(item); next = copy.next(copy.waiting)) {
            copy.serve(next);
            before++;
        }
        return OptionalInt.of(before);
    }

    /** Removes {@code item}, and returns whether it was still waiting. */
    synchronized boolean remove(T item) {
        boolean removed = waiting.removeIf(entry -> entry.item().equals(item));
        forgetAbsent();
        return removed;
    }

    /** Returns the entry among {@code candidates} that is taken first. */
    private Entry<T> next(List<Entry<T>> candidates) {
        return candidates.stream()
                .min(Comparator.<Entry<T>>comparingLong(entry -> Objects.requireNonNull(networks.get(entry.network())))
                        .thenComparingLong(entry -> Objects.requireNonNull(clients.get(entry.client()))))
                .orElseThrow();
    }

    /** Removes an entry, whose client and network have their next turns after all others. */
    private void serve(Entry<T> entry) {
        waiting.remove(entry);
        turn += 2;
        networks.put(entry.network(), turn);
        clients.put(entry.client(), turn);
        forgetAbsent();
    }

    private void forgetAbsent() {
        clients.keySet().retainAll(waiting.stream().map(Entry::client).collect(Collectors.toSet()));
        networks.keySet().retainAll(waiting.stream().map(Entry::network).collect(Collectors.toSet()));
    }

    /** Returns whether {@code condition} holds for a waiting item. */
    synchronized boolean anyMatch(Predicate<T> condition) {
        return waiting.stream().map(Entry::item).anyMatch(condition);
    }

    /** Returns the number of waiting items. */
    synchronized int size() {
        return waiting.size();
    }

    /** Closes the queue for new items. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
