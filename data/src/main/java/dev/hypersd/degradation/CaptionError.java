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

/**
 * The kinds of errors that a caption can have. Each changes the scene, so that the caption of the changed scene is a
 * wrong caption of the original picture.
 */
public enum CaptionError {
    /** An object is replaced by one of a kind that the scene does not have. */
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

    /** An object gets another colour. */
    COLOUR {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return oneItem(scene, random, item -> coloured(item, other(item.colour(), random, Colour.values())));
        }
    },

    /**
     * Two objects exchange their colours. Nothing changes if there are not two objects, or if their colours are equal.
     */
    BINDING {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return scene.layout() instanceof Layout.Pair(Item first, Relation relation, Item second)
                    ? with(scene, List.of(coloured(first, second.colour()), coloured(second, first.colour())))
                    : scene;
        }
    },

    /** An object gets another number. */
    COUNT {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return oneItem(
                    scene,
                    random,
                    item -> new Item(other(item.count(), random, 1, 2, 3), item.kind(), item.colour(), item.size()));
        }
    },

    /** The object gets another place. Nothing changes if there are several kinds of objects. */
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

    /** Two objects are exchanged. Nothing changes unless there are two in a relation. */
    RELATION {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return scene.layout() instanceof Layout.Pair pair
                    ? with(scene, pair.items().reversed())
                    : scene;
        }
    },

    /** The scene gets another background. */
    BACKGROUND {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return new Scene(scene.layout(), other(scene.background(), random, Background.values()), scene.style());
        }
    },

    /** The scene gets another style. */
    STYLE {
        @Override
        public Scene in(Scene scene, SeededRandom random) {
            return new Scene(scene.layout(), scene.background(), other(scene.style(), random, Style.values()));
        }
    };

    /** Returns a scene that differs from {@code scene} in this respect only. Equal random choices give equal scenes. */
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
