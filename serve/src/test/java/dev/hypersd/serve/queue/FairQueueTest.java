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
    @Test
    void aClientWithOneItemDoesNotWaitBehindAClientWithMany() throws InterruptedException {
        FairQueue<String> turns = filled("a1", "a2", "a3", "b1", "c1");
        assertThat(List.of(next(turns), next(turns), next(turns), next(turns), next(turns)))
                .containsExactly("a1", "b1", "c1", "a2", "a3");
    }

    @Test
    void itemsBeyondTheLimitsAreRejected() {
        FairQueue<Integer> turns = new FairQueue<>(3, 2);
        assertThat(turns.offer("a", 1)).isTrue();
        assertThat(turns.offer("a", 2)).isTrue();
        assertThat(turns.offer("a", 3)).as("more than one client may have").isFalse();
        assertThat(turns.offer("b", 4)).isTrue();
        assertThat(turns.offer("c", 5)).as("more than all may have").isFalse();
        assertThat(turns.size()).isEqualTo(3);
    }

    @Test
    void removingAnItemMakesRoomForAnother() throws InterruptedException {
        FairQueue<Integer> turns = new FairQueue<>(1, 1);
        turns.offer("a", 1);
        assertThat(turns.remove("a", 1)).isTrue();
        assertThat(turns.remove("a", 1)).isFalse();
        assertThat(turns.offer("b", 2)).isTrue();
        assertThat(next(turns)).isEqualTo(2);
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
        turns.offer("a", 1);
        turns.close();
        assertThat(turns.offer("a", 2)).isFalse();
        assertThat(turns.take()).contains(1);
        assertThat(turns.take()).isEmpty();
    }

    @Property(tries = 200)
    void everyItemIsTakenOnceAndClientsTakeTurns(@ForAll @Size(max = 40) List<@IntRange(max = 4) Integer> clients)
            throws InterruptedException {
        FairQueue<int[]> turns = new FairQueue<>(40, 40);
        Map<Integer, Integer> given = new HashMap<>();
        for (int client : clients) {
            turns.offer("c" + client, new int[] {client, given.merge(client, 1, Integer::sum)});
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
            assertThat(turns.offer(item.substring(0, 1), item)).isTrue();
        }
        return turns;
    }

    private static <T> T next(FairQueue<T> turns) throws InterruptedException {
        return turns.take().orElseThrow();
    }

    @Test
    void thePlaceOfAnItemIsHowManyAreTakenBeforeIt() throws InterruptedException {
        FairQueue<String> queue = new FairQueue<>(9, 9);
        for (String item : List.of("a1", "a2", "a3", "b1", "c1", "c2")) {
            queue.offer(item.substring(0, 1), item);
        }
        Map<String, Integer> places = new HashMap<>();
        for (String item : List.of("a1", "a2", "a3", "b1", "c1", "c2")) {
            places.put(item, queue.before(item.substring(0, 1), item).orElseThrow());
        }
        for (int i = 0; i < 6; i++) {
            assertThat(places.get(queue.take().orElseThrow())).isEqualTo(i);
        }
        assertThat(queue.before("a", "a1")).isEmpty();
    }
}
