package dev.hypersd.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
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

    /** Every attribute is true of the scene and named in the text, and the text names no other. */
    @Property(seed = "1")
    void captionsNameExactlyTheirAttributesAndTheseAreTrueOfTheScene(
            @ForAll Split split, @ForAll @IntRange(max = 1_000_000) int index) {
        Scenes scenes = Scenes.of(split, 1_000_001);
        Scene scene = scenes.scene(index);
        String text = scenes.caption(index).text();
        CaptionAttributes attributes = scenes.caption(index).attributes();

        List<Item> items = scene.layout().items();
        assertThat(attributes.objects()).hasSameSizeAs(items);
        for (int i = 0; i < items.size(); i++) {
            NamedObject object = attributes.objects().get(i);
            assertThat(new Item(
                            object.count(),
                            object.kind(),
                            object.colour(),
                            object.size().orElse(items.get(i).size())))
                    .isEqualTo(items.get(i));
            assertThat(text).contains(noun(object));
        }
        for (SizeClass size : SizeClass.values()) {
            boolean named =
                    attributes.objects().stream().anyMatch(item -> item.size().equals(Optional.of(size)));
            assertThat(text.contains(size.word())).as(text).isEqualTo(named);
        }
        assertThat(says(
                        text,
                        Arrays.stream(Background.values())
                                .map(Background::phrases)
                                .toList()))
                .isEqualTo(attributes.background().map(Enum::ordinal));
        assertThat(attributes.background().orElse(scene.background())).isEqualTo(scene.background());
        assertThat(attributes.style()).isEqualTo(scene.style());
        switch (scene.layout()) {
            case Layout.Single single -> {
                assertThat(attributes.relation()).isEmpty();
                assertThat(attributes.place().orElse(single.place())).isEqualTo(single.place());
                assertThat(says(
                                text,
                                Arrays.stream(Place.values())
                                        .map(Place::phrases)
                                        .toList()))
                        .isEqualTo(attributes.place().map(Enum::ordinal));
            }
            case Layout.Pair pair -> {
                assertThat(attributes.relation()).contains(pair.relation());
                assertThat(attributes.place()).isEmpty();
                assertThat(text).containsPattern(relation(attributes, pair.relation()));
            }
            case Layout.Row _ -> {
                assertThat(attributes.relation()).isEmpty();
                assertThat(attributes.place()).isEmpty();
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
    void captionsNameSizesPlacesAndBackgroundsAsOftenAsDocumented() {
        assertThat(share(attributes -> attributes.objects().getFirst().size().isPresent()))
                .isCloseTo(0.5, within(0.04));
        assertThat(share(attributes ->
                        attributes.place().isPresent() || attributes.relation().isPresent()))
                .isBetween(0.6, 0.8);
        assertThat(share(attributes -> attributes.background().isPresent())).isBetween(0.75, 0.92);
    }

    @Test
    void onlyTheFlatStyleMayBeLeftOutOfACaption() {
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
    void articlesAndPluralsFollowTheNumberOfObjects() {
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

    private static String relation(CaptionAttributes attributes, Relation relation) {
        String first = noun(attributes.objects().getFirst());
        String second = noun(attributes.objects().getLast());
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

    private static String noun(NamedObject item) {
        return item.colour().word() + " " + item.kind().noun(item.count());
    }

    private static double share(Predicate<CaptionAttributes> matching) {
        Scenes scenes = Scenes.of(Split.TRAIN, MANY);
        return IntStream.range(0, MANY)
                        .filter(i -> matching.test(scenes.caption(i).attributes()))
                        .count()
                / (double) MANY;
    }
}
