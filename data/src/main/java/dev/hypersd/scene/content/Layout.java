package dev.hypersd.scene.content;

import java.util.List;

/** What is to be seen and where. */
public sealed interface Layout {
    /** The things, in the order they are spoken of. */
    List<Item> items();

    /** The same layout of other things, as many as these, in the same order. */
    Layout of(List<Item> others);

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

        @Override
        public Layout of(List<Item> others) {
            return new Single(others.getFirst(), place);
        }
    }

    /** Two things in a relation; only the first may be several. */
    record Pair(Item first, Relation relation, Item second) implements Layout {
        @Override
        public List<Item> items() {
            return List.of(first, second);
        }

        @Override
        public Layout of(List<Item> others) {
            return new Pair(others.getFirst(), relation, others.getLast());
        }
    }

    /** Three different things side by side, from left to right. */
    record Row(Item left, Item middle, Item right) implements Layout {
        @Override
        public List<Item> items() {
            return List.of(left, middle, right);
        }

        @Override
        public Layout of(List<Item> others) {
            return new Row(others.getFirst(), others.get(1), others.getLast());
        }
    }
}
