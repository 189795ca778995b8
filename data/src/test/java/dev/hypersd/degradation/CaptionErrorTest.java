package dev.hypersd.degradation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Scene;
import dev.hypersd.scene.content.Style;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CaptionErrorTest {
    private static final int MANY = 200;
    private static final Scenes SCENES = Scenes.of(Split.TEST, MANY);

    @ParameterizedTest
    @EnumSource
    void everyErrorOccursAndChangesNoOtherAttribute(CaptionError mistake) {
        int made = 0;
        for (int i = 0; i < MANY; i++) {
            Scene scene = SCENES.scene(i);
            Scene wrong = mistake.in(scene, new SeededRandom(i));
            assertThat(mistake.in(scene, new SeededRandom(i))).isEqualTo(wrong);
            CaptionError expected = mistake == CaptionError.BINDING ? CaptionError.COLOUR : mistake;
            assertThat(differences(scene, wrong)).isSubsetOf(expected);
            made += wrong.equals(scene) ? 0 : 1;
        }
        assertThat(made).isGreaterThan(MANY / 5);
    }

    @Test
    void wrongCaptionsNameOtherAttributesInTheSameWords() {
        int unlike = 0;
        for (int i = 0; i < MANY; i++) {
            PreferencePair comparison = new PreferencePairs(SCENES).get(i);
            Caption right = SCENES.caption(i);
            assertThat(comparison.caption()).isEqualTo(right.text()).isNotEqualTo(comparison.wrong());
            assertThat(comparison.image()).isNotEqualTo(comparison.degraded());
            unlike += wordsOnlyIn(comparison.wrong(), right.text());
        }
        assertThat(unlike / (double) MANY).isBetween(0.5, 3.0);
        assertThat(new PreferencePairs(SCENES).get(3)).isEqualTo(new PreferencePairs(SCENES).get(3));
    }

    @Test
    void wrongCaptionsDifferAlsoInDataSetsOfOneStyle() {
        PreferencePairs neon = new PreferencePairs(new Scenes(Split.TRAIN, MANY, 128, Optional.of(Style.NEON), 0));
        for (int i = 0; i < MANY; i++) {
            PreferencePair comparison = neon.get(i);
            assertThat(comparison.wrong()).isNotEqualTo(comparison.caption());
        }
    }

    private static int wordsOnlyIn(String text, String other) {
        Set<String> words = new HashSet<>(List.of(text.split(" ")));
        words.removeAll(List.of(other.split(" ")));
        return words.size();
    }

    /** Returns the kinds of attributes in which full captions of two scenes would differ. */
    private static Set<CaptionError> differences(Scene a, Scene b) {
        CaptionAttributes one = SCENES.caption(0, a).attributes();
        CaptionAttributes other = SCENES.caption(0, b).attributes();
        Set<CaptionError> differences = new HashSet<>();
        boolean exchanged = a.layout().items().equals(b.layout().items().reversed());
        if (exchanged && a.layout().items().size() > 1) {
            differences.add(CaptionError.RELATION);
        } else {
            IntStream.range(0, one.objects().size()).forEach(i -> {
                NamedObject x = one.objects().get(i);
                NamedObject y = other.objects().get(i);
                add(differences, CaptionError.KIND, x.kind(), y.kind());
                add(differences, CaptionError.COLOUR, x.colour(), y.colour());
                add(differences, CaptionError.COUNT, x.count(), y.count());
            });
        }
        add(differences, CaptionError.PLACE, one.place(), other.place());
        add(differences, CaptionError.BACKGROUND, a.background(), b.background());
        add(differences, CaptionError.STYLE, a.style(), b.style());
        return differences;
    }

    private static void add(Set<CaptionError> differences, CaptionError mistake, Object a, Object b) {
        if (!a.equals(b)) {
            differences.add(mistake);
        }
    }
}
