package dev.hypersd.scene;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts scenes into words. What it leaves out, it leaves out of the claims as well. */
final class CaptionGrammar {
    private static final double SAYS_SIZE = 0.5;
    private static final double SAYS_PLACE = 0.7;
    private static final double SAYS_BACKGROUND = 0.8;
    private static final double SAYS_FLAT = 0.15;
    private static final double SAYS_FIRST_FIRST = 0.6;
    private static final List<String> NUMBERS = List.of("a", "two", "three");
    private static final List<String> ROWS =
            List.of("%s, %s and %s", "%s, %s and %s side by side", "%s next to %s and %s");

    private final Choice choice;

    CaptionGrammar(Choice choice) {
        this.choice = choice;
    }

    /** @param named the style that the caption speaks of */
    Caption of(Scene scene, Style named) {
        List<Claims.Claimed> items =
                scene.layout().items().stream().map(this::claimed).toList();
        Optional<Relation> relation = Optional.empty();
        Optional<Place> place = Optional.empty();
        String things = switch (scene.layout()) {
            case Layout.Single single -> {
                place = said(single.place(), SAYS_PLACE);
                yield noun(items.getFirst());
            }
            case Layout.Pair pair -> {
                relation = Optional.of(pair.relation());
                yield related(items.getFirst(), pair.relation(), items.getLast());
            }
            case Layout.Row row ->
                choice.of(ROWS).formatted(noun(items.getFirst()), noun(items.get(1)), noun(items.getLast()));
        };
        boolean nowhere = relation.isEmpty() && place.isEmpty();
        Optional<Background> background = said(scene.background(), nowhere ? 1 : SAYS_BACKGROUND);
        Claims claims = new Claims(items, relation, place, background, scene.style());
        return new Caption(styled(things + where(claims), named), claims);
    }

    private Claims.Claimed claimed(Item item) {
        return new Claims.Claimed(item.count(), item.kind(), item.colour(), said(item.size(), SAYS_SIZE));
    }

    private <T> Optional<T> said(T attribute, double probability) {
        return choice.chance(probability) ? Optional.of(attribute) : Optional.empty();
    }

    private static String noun(Claims.Claimed item) {
        String size = item.size().map(s -> s.word() + " ").orElse("");
        String words = size + item.colour().word() + " " + item.kind().noun(item.count());
        boolean vowel = words.startsWith(Colour.ORANGE.word());
        return (item.count() == 1 && vowel ? "an" : NUMBERS.get(item.count() - 1)) + " " + words;
    }

    private String related(Claims.Claimed first, Relation relation, Claims.Claimed second) {
        return choice.chance(SAYS_FIRST_FIRST)
                ? noun(first) + " " + choice.of(relation.phrases()) + " " + noun(second)
                : noun(second) + " " + choice.of(relation.converse()) + " " + noun(first);
    }

    private String where(Claims claims) {
        List<String> where = new ArrayList<>();
        claims.place().ifPresent(place -> where.add(choice.of(place.phrases())));
        claims.background().ifPresent(background -> where.add(choice.of(background.phrases())));
        String comma = choice.chance(0.3) ? ", " : " ";
        return where.isEmpty() ? "" : " " + String.join(comma, choice.chance(0.4) ? where.reversed() : where);
    }

    private String styled(String caption, Style style) {
        boolean silent = style == Style.FLAT && !choice.chance(SAYS_FLAT);
        return silent ? caption : choice.of(style.phrases()).formatted(caption);
    }
}
