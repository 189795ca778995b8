package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private static final Client A = Client.of("a");
    private static final Client B = Client.of("b");
    private static final Client C = Client.of("c");

    @Test
    void aClientWithOneItemDoesNotWaitBehindAClientWithMany() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2", "a3", "b1", "c1");
        assertThat(List.of(next(turns), next(turns), next(turns), next(turns), next(turns)))
                .containsExactly("a1", "b1", "c1", "a2", "a3");
    }

    @Test
    void itemsBeyondTheLimitsAreRejected() {
        FairQueue<Integer> turns = new FairQueue<>(3, 2);
        assertThat(turns.offer(A, 1)).isTrue();
        assertThat(turns.offer(A, 2)).isTrue();
        assertThat(turns.offer(A, 3)).as("more than one client may have").isFalse();
        assertThat(turns.offer(B, 4)).isTrue();
        assertThat(turns.offer(C, 5)).as("more than all may have").isFalse();
        assertThat(turns.size()).isEqualTo(3);
    }

    @Test
    void addressesOfOneNetworkShareTurnsAndPlaces() throws InterruptedException {
        FairQueue<String> turns = new FairQueue<>(8, 2);
        turns.offer(Client.of("[2001:db8::1]"), "a1");
        turns.offer(Client.of("[2001:db8::2]"), "a2");
        assertThat(turns.offer(Client.of("[2001:db8::3]"), "a3")).isFalse();
        turns.offer(Client.of("[2001:db8:0:1::1]"), "b1");
        assertThat(List.of(next(turns), next(turns), next(turns))).containsExactly("a1", "b1", "a2");
    }

    @Test
    void removingAnItemMakesRoomForAnother() throws InterruptedException {
        FairQueue<Integer> turns = new FairQueue<>(1, 1);
        turns.offer(A, 1);
        assertThat(turns.remove(1)).isTrue();
        assertThat(turns.remove(1)).isFalse();
        assertThat(turns.offer(B, 2)).isTrue();
        assertThat(next(turns)).isEqualTo(2);
    }

    @Test
    void whoReplacesItsItemAgainAndAgainGetsItsTurnAllTheSame() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2", "a3", "c1", "c2", "c3");
        assertThat(next(turns)).isEqualTo("a1");
        turns.offer(B, "b1");
        assertThat(turns.replace("b1", "b2")).isTrue();
        assertThat(next(turns)).isEqualTo("c1");
        assertThat(turns.replace("b2", "b3")).isTrue();
        assertThat(turns.replace("b2", "b4")).as("an item that waits no more").isFalse();
        assertThat(next(turns)).isEqualTo("b3");
        assertThat(next(turns)).isEqualTo("a2");
    }

    @Test
    void matchingItemsAreTakenFromAllClientsInTurn() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2", "b1", "c1");
        assertThat(next(turns)).isEqualTo("a1");
        assertThat(turns.takeMatching(item -> true)).containsExactly("b1", "c1", "a2");
        assertThat(turns.size()).isZero();
    }

    @Test
    void noSecondItemOfAClientIsTakenWhileAnItemOfAnotherDoesNotMatch() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "b1", "b2", "c1", "c2");
        assertThat(next(turns)).isEqualTo("a1");
        assertThat(turns.takeMatching(item -> !item.startsWith("b"))).containsExactly("c1");
        assertThat(List.of(next(turns), next(turns), next(turns))).containsExactly("b1", "c2", "b2");
    }

    @Test
    void takingStopsWhenThePredicateRejectsAnItem() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2", "a3", "a4");
        assertThat(next(turns)).isEqualTo("a1");
        List<String> taken = new ArrayList<>();
        assertThat(turns.takeMatching(item -> taken.size() < 2 && taken.add(item)))
                .containsExactly("a2", "a3");
        assertThat(next(turns)).isEqualTo("a4");
    }

    @Test
    void aClosedQueueReturnsItsItemsAndThenIsEmpty() throws InterruptedException {
        FairQueue<Integer> turns = new FairQueue<>(2, 2);
        turns.offer(A, 1);
        turns.close();
        assertThat(turns.offer(A, 2)).isFalse();
        assertThat(turns.take()).contains(1);
        assertThat(turns.take()).isEmpty();
    }

    @Property(tries = 200)
    void everyItemIsTakenOnceAndClientsTakeTurns(@ForAll @Size(max = 40) List<@IntRange(max = 4) Integer> clients)
            throws InterruptedException {
        FairQueue<int[]> turns = new FairQueue<>(40, 40);
        Map<Integer, Integer> given = new HashMap<>();
        for (int client : clients) {
            turns.offer(Client.of("c" + client), new int[] {client, given.merge(client, 1, Integer::sum)});
        }
        List<int[]> taken = new ArrayList<>();
        while (turns.size() > 0) {
            taken.add(turns.take().orElseThrow());
        }
        assertThat(taken).hasSameSizeAs(clients);
        // Rounds follow each other: nobody's second item comes before somebody else's first.
        assertThat(taken.stream().mapToInt(item -> item[1]).toArray()).isSorted();
    }

    /** Clients are the first letters. */
    private static FairQueue<String> filled(String... items) {
        FairQueue<String> turns = new FairQueue<>(10, 10);
        for (String item : items) {
            assertThat(turns.offer(Client.of(item.substring(0, 1)), item)).isTrue();
        }
        return turns;
    }

    private static <T> T next(FairQueue<T> turns) throws InterruptedException {
        return turns.take().orElseThrow();
    }

    @Test
    void manySessionsOfOneAddressDelayAnotherAddressByOneTurn() throws InterruptedException {
        FairQueue<String> turns = new FairQueue<>(40, 1);
        for (int i = 0; i < 16; i++) {
            turns.offer(new Client("greedy", "session " + i), "greedy " + i);
        }
        assertThat(next(turns)).isEqualTo("greedy 0");
        turns.offer(Client.of("polite"), "polite");
        turns.offer(new Client("greedy", "session 0"), "greedy 0 again");
        assertThat(turns.before("polite")).hasValue(0);
        assertThat(List.of(next(turns), next(turns), next(turns))).containsExactly("polite", "greedy 1", "greedy 2");
        turns.offer(Client.of("polite"), "polite again");
        assertThat(next(turns)).isEqualTo("polite again");
        List<String> rest = new ArrayList<>();
        while (turns.size() > 0) {
            rest.add(next(turns));
        }
        assertThat(rest).hasSize(14).endsWith("greedy 15", "greedy 0 again");
    }

    @Test
    void whoKeepsComingDoesNotOvertakeWhoWaits() throws InterruptedException {
        FairQueue<String> turns = new FairQueue<>(40, 40);
        turns.offer(A, "a1");
        turns.offer(A, "a2");
        assertThat(next(turns)).isEqualTo("a1");
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            turns.offer(Client.of("new " + i), "new " + i);
            taken.add(next(turns));
        }
        assertThat(taken).containsExactly("new 0", "a2", "new 1", "new 2");
    }

    @Test
    void anItemThatNeedsAnotherTurnComesAfterAllWhoWaitAndBeforeTheRestOfItsClient() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2");
        assertThat(next(turns)).isEqualTo("a1");
        turns.offer(B, "b1");
        turns.close();
        turns.putBack(A, "a1");
        assertThat(List.of(next(turns), next(turns), next(turns))).containsExactly("b1", "a1", "a2");
        turns.putBack(A, "a2");
        assertThat(turns.take()).contains("a2");
        assertThat(turns.take()).isEmpty();
    }

    @Test
    void thePlaceOfAnItemIsHowManyAreTakenBeforeIt() throws InterruptedException {
        FairQueue<String> queue = new FairQueue<>(9, 9);
        for (String item : List.of("a1", "a2", "a3", "b1", "c1", "c2")) {
            queue.offer(Client.of(item.substring(0, 1)), item);
        }
        Map<String, Integer> places = new HashMap<>();
        for (String item : List.of("a1", "a2", "a3", "b1", "c1", "c2")) {
            places.put(item, queue.before(item).orElseThrow());
        }
        for (int i = 0; i < 6; i++) {
            assertThat(places.get(queue.take().orElseThrow())).isEqualTo(i);
        }
        assertThat(queue.before("a1")).isEmpty();
    }
}
