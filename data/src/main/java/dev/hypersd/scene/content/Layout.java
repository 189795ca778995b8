package dev.hypersd.scene.content;

import java.util.List;

/** The objects of a scene and how they are arranged. */
public sealed interface Layout {
    /** Returns the objects, in the order in which captions name them. */
    List<Item> items();

    /** Returns the same layout of other objects, as many as these, in the same order. */
    Layout of(List<Item> others);

    /**
     * One object, or a row of equal ones.
     *
     * @param place the place of its middle; a row is in the middle column
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

    /** Two objects in a relation; only the first may be several. */
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

    /** Three different objects side by side, from left to right. */
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
