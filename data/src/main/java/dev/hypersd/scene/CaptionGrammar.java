package dev.hypersd.scene;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes captions of scenes in random words, and records which attributes each caption names. */
final class CaptionGrammar {
    private static final double SAYS_SIZE = 0.5;
    private static final double SAYS_PLACE = 0.7;
    private static final double SAYS_BACKGROUND = 0.8;
    private static final double SAYS_FLAT = 0.15;
    private static final double SAYS_FIRST_FIRST = 0.6;
    private static final List<String> NUMBERS = List.of("a", "two", "three");
    private static final List<String> ROWS =
            List.of("%s, %s and %s", "%s, %s and %s side by side", "%s next to %s and %s");

    private final SeededRandom random;

    CaptionGrammar(SeededRandom random) {
        this.random = random;
    }

    /**
     * Writes a caption of {@code scene}.
     *
     * @param named the style that the caption names
     */
    Caption of(Scene scene, Style named) {
        List<NamedObject> objects =
                scene.layout().items().stream().map(this::named).toList();
        Optional<Relation> relation = Optional.empty();
        Optional<Place> place = Optional.empty();
        String things = switch (scene.layout()) {
            case Layout.Single single -> {
                place = said(single.place(), SAYS_PLACE);
                yield noun(objects.getFirst());
            }
            case Layout.Pair pair -> {
                relation = Optional.of(pair.relation());
                yield related(objects.getFirst(), pair.relation(), objects.getLast());
            }
            case Layout.Row row ->
                random.of(ROWS).formatted(noun(objects.getFirst()), noun(objects.get(1)), noun(objects.getLast()));
        };
        boolean nowhere = relation.isEmpty() && place.isEmpty();
        Optional<Background> background = said(scene.background(), nowhere ? 1 : SAYS_BACKGROUND);
        CaptionAttributes attributes = new CaptionAttributes(objects, relation, place, background, scene.style());
        return new Caption(styled(things + where(attributes), named), attributes);
    }

    private NamedObject named(Item item) {
        return new NamedObject(item.count(), item.kind(), item.colour(), said(item.size(), SAYS_SIZE));
    }

    private <T> Optional<T> said(T attribute, double probability) {
        return random.chance(probability) ? Optional.of(attribute) : Optional.empty();
    }

    private static String noun(NamedObject object) {
        String size = object.size().map(s -> s.word() + " ").orElse("");
        String words = size + object.colour().word() + " " + object.kind().noun(object.count());
        boolean vowel = words.startsWith(Colour.ORANGE.word());
        return (object.count() == 1 && vowel ? "an" : NUMBERS.get(object.count() - 1)) + " " + words;
    }

    private String related(NamedObject first, Relation relation, NamedObject second) {
        return random.chance(SAYS_FIRST_FIRST)
                ? noun(first) + " " + random.of(relation.phrases()) + " " + noun(second)
                : noun(second) + " " + random.of(relation.converse()) + " " + noun(first);
    }

    private String where(CaptionAttributes attributes) {
        List<String> where = new ArrayList<>();
        attributes.place().ifPresent(place -> where.add(random.of(place.phrases())));
        attributes.background().ifPresent(background -> where.add(random.of(background.phrases())));
        String comma = random.chance(0.3) ? ", " : " ";
        return where.isEmpty() ? "" : " " + String.join(comma, random.chance(0.4) ? where.reversed() : where);
    }

    private String styled(String caption, Style style) {
        boolean silent = style == Style.FLAT && !random.chance(SAYS_FLAT);
        return silent ? caption : random.of(style.phrases()).formatted(caption);
    }
}
