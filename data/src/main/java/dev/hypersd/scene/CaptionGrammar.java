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
    private static final String[] NUMBERS = {"a", "two", "three"};

    private final Choice choice;

    CaptionGrammar(Choice choice) {
        this.choice = choice;
    }

    Caption of(Scene scene) {
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
                "%s, %s and %s".formatted(noun(items.getFirst()), noun(items.get(1)), noun(items.getLast()));
        };
        Optional<Background> background = said(scene.background(), SAYS_BACKGROUND);
        Claims claims = new Claims(items, relation, place, background, scene.style());
        return new Caption(sentence(things, claims), claims);
    }

    private Claims.Claimed claimed(Item item) {
        return new Claims.Claimed(item.count(), item.kind(), item.colour(), said(item.size(), SAYS_SIZE));
    }

    private <T> Optional<T> said(T attribute, double probability) {
        return choice.chance(probability) ? Optional.of(attribute) : Optional.empty();
    }

    private static String noun(Claims.Claimed item) {
        String size = item.size().map(s -> s.word() + " ").orElse("");
        String words =
                "%s%s %s".formatted(size, item.colour().word(), item.kind().noun(item.count()));
        String number = item.count() == 1 && words.startsWith("o") ? "an" : NUMBERS[item.count() - 1];
        return number + " " + words;
    }

    private String related(Claims.Claimed first, Relation relation, Claims.Claimed second) {
        return choice.chance(0.6)
                ? "%s %s %s".formatted(noun(first), choice.of(relation.phrases()), noun(second))
                : "%s %s %s".formatted(noun(second), choice.of(relation.converse()), noun(first));
    }

    private String sentence(String things, Claims claims) {
        List<String> where = new ArrayList<>();
        claims.place().ifPresent(place -> where.add(choice.of(place.phrases())));
        claims.background().ifPresent(background -> where.add(choice.of(background.phrases())));
        if (where.size() == 2 && choice.chance(0.4)) {
            where.addFirst(where.removeLast());
        }
        String body = things + (where.isEmpty() ? "" : " " + String.join(choice.chance(0.3) ? ", " : " ", where));
        if (claims.style() == Style.FLAT && !choice.chance(SAYS_FLAT)) {
            return body;
        }
        String style = choice.of(claims.style().phrases());
        return choice.chance(0.5) && !style.contains(" ") ? style + " picture of " + body : body + ", " + style;
    }
}
