package dev.hypersd.scene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.image.Image;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenesTest {
    private static final int MANY = 4000;

    private final Scenes training = Scenes.of(Split.TRAIN, MANY);

    @Test
    void aNumberGivesTheSameSampleOnEveryThread() {
        List<Sample> once = LongStream.range(0, 64).mapToObj(training::get).toList();
        List<Sample> again = LongStream.range(0, 64)
                .parallel()
                .mapToObj(Scenes.of(Split.TRAIN, MANY)::get)
                .toList();
        assertThat(again).isEqualTo(once);
    }

    @Test
    void otherPicturesOfACaptionDifferOnlyInAttributesThatItDoesNotName() {
        int backgrounds = 0;
        int sizes = 0;
        for (int i = 0; i < 300; i++) {
            Scene scene = training.scene(i);
            Sample other = training.another(i, 1);
            assertThat(training.another(i, 1)).isEqualTo(other);
            assertThat(training.another(i, 2).image()).isNotEqualTo(other.image());
            assertThat(other.caption()).isEqualTo(training.caption(i));
            // Were the caption written for the other scene, it would say the same.
            assertThat(training.caption(i, other.scene())).isEqualTo(other.caption());
            backgrounds += scene.background() == other.scene().background() ? 0 : 1;
            sizes += scene.layout().items().equals(other.scene().layout().items()) ? 0 : 1;
        }
        assertThat(backgrounds).isPositive();
        assertThat(sizes).isPositive();
    }

    @Test
    void theSeedAndTheStyleDecideWhatIsDrawn() {
        Scenes other = new Scenes(Split.TRAIN, MANY, 128, Optional.empty(), 1);
        assertThat(other.get(0).image()).isNotEqualTo(training.get(0).image());
        Scenes neon = new Scenes(Split.TRAIN, MANY, 128, Optional.of(Style.NEON), 0);
        assertThat(scenes(neon)).allSatisfy(scene -> assertThat(scene.style()).isEqualTo(Style.NEON));
    }

    @Test
    void sceneAndCaptionAreTheSameWithAndWithoutDrawing() {
        Sample sample = training.get(7);
        assertThat(sample.scene()).isEqualTo(training.scene(7));
        assertThat(sample.caption()).isEqualTo(training.caption(7));
    }

    @Test
    void noPictureIsInTwoSplits() {
        Set<Image> seen = new HashSet<>();
        for (Split split : Split.values()) {
            Scenes scenes = Scenes.of(split, 100);
            for (int i = 0; i < 100; i++) {
                assertThat(seen.add(scenes.get(i).image())).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TRAIN", "VALIDATION"})
    void heldOutCombinationsDoNotOccurInTrainingOrValidation(Split split) {
        assertThat(scenes(Scenes.of(split, MANY))).noneMatch(Scene::heldOut);
    }

    @Test
    void theTestSplitShowsEveryCombinationThatIsHeldOut() {
        Set<String> shown = scenes(Scenes.of(Split.TEST, MANY))
                .filter(Scene::heldOut)
                .flatMap(scene -> scene.layout().items().stream())
                .filter(Item::heldOut)
                .map(item -> item.colour() + " " + item.kind())
                .collect(Collectors.toSet());
        assertThat(shown).hasSize(Kind.values().length * Colour.values().length / 10);
    }

    @Test
    void heldOutCombinationsAreSpreadOverKindsAndColours() {
        for (Kind kind : Kind.values()) {
            assertThat(Arrays.stream(Colour.values()).filter(colour -> Item.heldOut(kind, colour)))
                    .hasSizeLessThanOrEqualTo(1);
        }
        for (Colour colour : Colour.values()) {
            assertThat(Arrays.stream(Kind.values()).filter(kind -> Item.heldOut(kind, colour)))
                    .hasSizeBetween(1, 3);
        }
    }

    @Test
    void everyKindColourSizePlaceRelationBackgroundAndStyleOccurs() {
        List<Scene> scenes = scenes(training).toList();
        List<Item> items = scenes.stream()
                .flatMap(scene -> scene.layout().items().stream())
                .toList();
        assertThat(items.stream().map(Item::kind)).contains(Kind.values());
        assertThat(items.stream().map(Item::colour)).contains(Colour.values());
        assertThat(items.stream().map(Item::size)).contains(SizeClass.values());
        assertThat(items.stream().map(Item::count)).contains(1, 2, 3);
        assertThat(scenes.stream().map(Scene::background)).contains(Background.values());
        assertThat(scenes.stream().map(Scene::style)).contains(Style.values());
        assertThat(scenes.stream().map(Scene::layout).map(Object::getClass).distinct())
                .hasSize(3);
        assertThat(layouts(scenes, Layout.Single.class).map(Layout.Single::place))
                .contains(Place.values());
        assertThat(layouts(scenes, Layout.Pair.class).map(Layout.Pair::relation))
                .contains(Relation.values());
    }

    @Test
    void mostScenesAreFlatAndHaveOneOrTwoObjects() {
        assertThat(share(scenes(training), scene -> scene.style() == Style.FLAT))
                .isCloseTo(0.6, within(0.04));
        assertThat(share(scenes(training), scene -> scene.objects() <= 2)).isBetween(0.7, 0.9);
        assertThat(scenes(training)).allMatch(scene -> scene.objects() <= 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 96, 128, 256})
    void scenesHaveTheSizeThatIsAskedFor(int pixels) {
        Scenes scenes = new Scenes(Split.TRAIN, 20, pixels, Optional.empty(), 0);
        for (int i = 0; i < 20; i++) {
            Sample sample = scenes.get(i);
            assertThat(sample.image().width()).isEqualTo(pixels);
            assertThat(sample.image().height()).isEqualTo(pixels);
            assertThat(sample.masks()).allMatch(mask -> mask.pixels().length() <= pixels * pixels);
        }
    }

    @Test
    void sceneAndCaptionAreTheSameInEverySize() {
        Scenes small = new Scenes(Split.TRAIN, MANY, 64, Optional.empty(), 0);
        assertThat(IntStream.range(0, 20).mapToObj(small::caption).toList())
                .isEqualTo(IntStream.range(0, 20).mapToObj(training::caption).toList());
    }

    @Test
    void invalidSizesAndCountsAreRefused() {
        assertThatThrownBy(() -> Scenes.of(Split.TRAIN, 0)).hasMessage("a set has at least 1 scene, not 0");
        assertThatThrownBy(() -> new Scenes(Split.TRAIN, 1, 16, Optional.empty(), 0))
                .hasMessage("a scene is at least 32 pixels wide, not 16");
        assertThatThrownBy(() -> training.get(MANY)).hasMessage("there are scenes 0 to 3999, not 4000");
        assertThatThrownBy(() -> training.get(-1)).hasMessage("there are scenes 0 to 3999, not -1");
        assertThatThrownBy(() -> new Item(4, Kind.CAT, Colour.RED, SizeClass.SMALL))
                .hasMessage("a scene has 1 to 3 of a thing, not 4");
    }

    private static Stream<Scene> scenes(Scenes scenes) {
        return LongStream.range(0, scenes.size()).mapToObj(scenes::scene);
    }

    private static <L extends Layout> Stream<L> layouts(List<Scene> scenes, Class<L> type) {
        return scenes.stream().map(Scene::layout).filter(type::isInstance).map(type::cast);
    }

    private static double share(Stream<Scene> scenes, Predicate<Scene> matching) {
        return scenes.filter(matching).count() / (double) MANY;
    }
}
