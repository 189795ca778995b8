package dev.hypersd.scene;

import java.util.List;

/** What is to be seen and where. */
public sealed interface Layout {
    /** The things, in the order they are spoken of. */
    List<Item> items();

    /**
     * One thing, or a row of equal ones.
     *
     * @param place of its middle; a row is in the middle column
     */
    record Single(Item item, Place place) implements Layout {
        @Override
        public List<Item> items() {
            return List.of(item);
        }
    }

    /** Two things in a relation; only the first may be several. */
    record Pair(Item first, Relation relation, Item second) implements Layout {
        @Override
        public List<Item> items() {
            return List.of(first, second);
        }
    }

    /** Three different things side by side, from left to right. */
    record Row(Item left, Item middle, Item right) implements Layout {
        @Override
        public List<Item> items() {
            return List.of(left, middle, right);
        }
    }
}
