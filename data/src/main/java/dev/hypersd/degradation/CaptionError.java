package dev.hypersd.degradation;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Ways in which a caption can be wrong, each as the scene that the wrong caption would be right about. */
public enum CaptionError {
    /** A thing is taken for another one that is not there. */
    KIND {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            List<Kind> shown = scene.layout().items().stream().map(Item::kind).toList();
            List<Kind> others = Arrays.stream(Kind.values())
                    .filter(kind -> !shown.contains(kind))
                    .toList();
            return oneItem(
                    scene, random, item -> new Item(item.count(), random.of(others), item.colour(), item.size()));
        }
    },

    /** A thing is said to have another colour. */
    COLOUR {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return oneItem(scene, random, item -> coloured(item, other(item.colour(), random, Colour.values())));
        }
    },

    /**
     * Of two things each is said to have the colour of the other; nothing changes where there are not two, or where
     * they are alike.
     */
    BINDING {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return scene.layout() instanceof Layout.Pair(Item first, Relation relation, Item second)
                    ? with(scene, List.of(coloured(first, second.colour()), coloured(second, first.colour())))
                    : scene;
        }
    },

    /** There are said to be more or fewer of a thing. */
    COUNT {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return oneItem(
                    scene,
                    random,
                    item -> new Item(other(item.count(), random, 1, 2, 3), item.kind(), item.colour(), item.size()));
        }
    },

    /** Something is said to be in another place; nothing changes where there are several things. */
    PLACE {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return scene.layout() instanceof Layout.Single(Item item, Place place)
                    ? new Scene(
                            new Layout.Single(item, other(place, random, Place.values())),
                            scene.background(),
                            scene.style())
                    : scene;
        }
    },

    /** Two things are exchanged; nothing changes where there are not two in a relation. */
    RELATION {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return scene.layout() instanceof Layout.Pair pair
                    ? with(scene, pair.items().reversed())
                    : scene;
        }
    },

    /** All is said to be before something else. */
    BACKGROUND {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return new Scene(scene.layout(), other(scene.background(), random, Background.values()), scene.style());
        }
    },

    /** The picture is said to be painted in another way. */
    STYLE {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return new Scene(scene.layout(), scene.background(), other(scene.style(), random, Style.values()));
        }
    };

    /** A scene that differs from {@code scene} in this and nothing else; the same choices make the same one. */
    public abstract Scene in(Scene scene, SeededRandom random);

    private static Scene oneItem(Scene scene, SeededRandom random, UnaryOperator<Item> change) {
        List<Item> items = new ArrayList<>(scene.layout().items());
        int changed = random.below(items.size());
        items.set(changed, change.apply(items.get(changed)));
        return with(scene, items);
    }

    private static Scene with(Scene scene, List<Item> items) {
        return new Scene(scene.layout().of(items), scene.background(), scene.style());
    }

    private static Item coloured(Item item, Colour colour) {
        return new Item(item.count(), item.kind(), colour, item.size());
    }

    @SafeVarargs
    private static <T> T other(T than, SeededRandom random, T... all) {
        return random.of(Arrays.stream(all).filter(one -> !one.equals(than)).toList());
    }
}
