package dev.hypersd.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.Caption.Claimed;
import dev.hypersd.scene.Caption.Claims;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Item;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Layout;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.Relation;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.SizeClass;
import dev.hypersd.scene.content.Style;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CaptionTest {
    private static final int MANY = 3000;

    /** Every claim is true, and what is not claimed is not said. */
    @Property(seed = "1")
    void captionsSayWhatIsSoAndClaimWhatTheySay(@ForAll Split split, @ForAll @IntRange(max = 1_000_000) int index) {
        Scenes scenes = Scenes.of(split, 1_000_001);
        Scene scene = scenes.scene(index);
        String text = scenes.caption(index).text();
        Claims claims = scenes.caption(index).claims();

        List<Item> items = scene.layout().items();
        assertThat(claims.items()).hasSameSizeAs(items);
        for (int i = 0; i < items.size(); i++) {
            Claimed claimed = claims.items().get(i);
            assertThat(new Item(
                            claimed.count(),
                            claimed.kind(),
                            claimed.colour(),
                            claimed.size().orElse(items.get(i).size())))
                    .isEqualTo(items.get(i));
            assertThat(text).contains(noun(claimed));
        }
        for (SizeClass size : SizeClass.values()) {
            boolean claimed =
                    claims.items().stream().anyMatch(item -> item.size().equals(Optional.of(size)));
            assertThat(text.contains(size.word())).as(text).isEqualTo(claimed);
        }
        assertThat(says(
                        text,
                        Arrays.stream(Background.values())
                                .map(Background::phrases)
                                .toList()))
                .isEqualTo(claims.background().map(Enum::ordinal));
        assertThat(claims.background().orElse(scene.background())).isEqualTo(scene.background());
        assertThat(claims.style()).isEqualTo(scene.style());
        switch (scene.layout()) {
            case Layout.Single single -> {
                assertThat(claims.relation()).isEmpty();
                assertThat(claims.place().orElse(single.place())).isEqualTo(single.place());
                assertThat(says(
                                text,
                                Arrays.stream(Place.values())
                                        .map(Place::phrases)
                                        .toList()))
                        .isEqualTo(claims.place().map(Enum::ordinal));
            }
            case Layout.Pair pair -> {
                assertThat(claims.relation()).contains(pair.relation());
                assertThat(claims.place()).isEmpty();
                assertThat(text).containsPattern(relation(claims, pair.relation()));
            }
            case Layout.Row _ -> {
                assertThat(claims.relation()).isEmpty();
                assertThat(claims.place()).isEmpty();
            }
        }
    }

    @Property(seed = "2")
    void captionsAreShortEnglishInLowerCase(@ForAll @IntRange(max = 1_000_000) int index) {
        String text = Scenes.of(Split.TEST, 1_000_001).caption(index).text();
        assertThat(text)
                .isEqualTo(text.toLowerCase(Locale.ROOT))
                .matches("[a-z][a-z, -]*[a-z]")
                .doesNotContain("  ", " ,");
        assertThat(text.split(" ")).hasSizeBetween(4, 25);
    }

    @Test
    void captionsLeaveThingsOutAsOftenAsPromised() {
        assertThat(share(claims -> claims.items().getFirst().size().isPresent()))
                .isCloseTo(0.5, within(0.04));
        assertThat(share(claims ->
                        claims.place().isPresent() || claims.relation().isPresent()))
                .isBetween(0.6, 0.8);
        assertThat(share(claims -> claims.background().isPresent())).isBetween(0.75, 0.92);
    }

    @Test
    void onlyTheFlatStyleGoesWithoutSaying() {
        Scenes scenes = Scenes.of(Split.TRAIN, MANY);
        int silent = 0;
        for (int i = 0; i < MANY; i++) {
            Style style = scenes.scene(i).style();
            String text = scenes.caption(i).text();
            boolean named = names(text, style);
            assertThat(named || style == Style.FLAT).as(text).isTrue();
            silent += named ? 0 : 1;
        }
        assertThat(silent / (double) MANY).isCloseTo(0.6 * 0.85, within(0.04));
    }

    @Test
    void captionsOfOneStyleNameAnyOfThem() {
        Scenes neon = new Scenes(Split.TRAIN, MANY, 128, Optional.of(Style.NEON), 0);
        for (Style style : Style.values()) {
            long named = IntStream.range(0, MANY)
                    .filter(i -> names(neon.caption(i).text(), style))
                    .count();
            double share = style == Style.FLAT ? 0.6 * 0.15 : 0.1;
            assertThat(named / (double) MANY).as(style.name()).isCloseTo(share, within(0.04));
        }
    }

    private static boolean names(String text, Style style) {
        return style.phrases().stream()
                .anyMatch(phrase -> text.contains(phrase.replace("%s", "").strip()));
    }

    @Test
    void oneIsAnOrangeCatAndTwoAreButterflies() {
        Scene scene = new Scene(
                new Layout.Pair(
                        new Item(2, Kind.BUTTERFLY, Colour.WHITE, SizeClass.SMALL),
                        Relation.ABOVE,
                        new Item(1, Kind.CAT, Colour.ORANGE, SizeClass.LARGE)),
                Background.NIGHT,
                Style.WATERCOLOUR);
        List<String> texts = IntStream.range(0, 400)
                .mapToObj(seed -> new CaptionGrammar(new SeededRandom(seed))
                        .of(scene, scene.style())
                        .text())
                .toList();
        assertThat(texts)
                .contains(
                        "a watercolour of two white butterflies above an orange cat at night",
                        "a large orange cat below two small white butterflies at night, watercolour");
        assertThat(texts.stream().distinct()).hasSizeGreaterThan(60);
    }

    /**
     * The number of the entry one of whose phrases is in the text; the longest counts, as some are the beginning of
     * others.
     */
    private static Optional<Integer> says(String text, List<List<String>> phrases) {
        int longest = 0;
        Optional<Integer> said = Optional.empty();
        for (int i = 0; i < phrases.size(); i++) {
            for (String phrase : phrases.get(i)) {
                if (phrase.length() > longest && text.contains(phrase)) {
                    longest = phrase.length();
                    said = Optional.of(i);
                }
            }
        }
        return said;
    }

    private static String relation(Claims claims, Relation relation) {
        String first = noun(claims.items().getFirst());
        String second = noun(claims.items().getLast());
        String article = " (an?|two|three) ((small|medium|large) )?";
        return "(%s (%s)%s%s|%s (%s)%s%s)"
                .formatted(
                        first,
                        String.join("|", relation.phrases()),
                        article,
                        second,
                        second,
                        String.join("|", relation.converse()),
                        article,
                        first);
    }

    private static String noun(Claimed item) {
        return item.colour().word() + " " + item.kind().noun(item.count());
    }

    private static double share(Predicate<Claims> matching) {
        Scenes scenes = Scenes.of(Split.TRAIN, MANY);
        return IntStream.range(0, MANY)
                        .filter(i -> matching.test(scenes.caption(i).claims()))
                        .count()
                / (double) MANY;
    }
}
