package dev.hypersd.degradation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.scene.Caption;
import dev.hypersd.scene.Choice;
import dev.hypersd.scene.Claims;
import dev.hypersd.scene.Claims.Claimed;
import dev.hypersd.scene.Scene;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.Style;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MistakeTest {
    private static final int MANY = 200;
    private static final Scenes SCENES = Scenes.of(Split.TEST, MANY);

    @ParameterizedTest
    @EnumSource
    void everyMistakeIsMadeSomewhereAndChangesNothingElse(Mistake mistake) {
        int made = 0;
        for (int i = 0; i < MANY; i++) {
            Scene scene = SCENES.scene(i);
            Scene wrong = mistake.in(scene, new Choice(i));
            assertThat(mistake.in(scene, new Choice(i))).isEqualTo(wrong);
            Mistake expected = mistake == Mistake.BINDING ? Mistake.COLOUR : mistake;
            assertThat(differences(scene, wrong)).isSubsetOf(expected);
            made += wrong.equals(scene) ? 0 : 1;
        }
        assertThat(made).isGreaterThan(MANY / 5);
    }

    @Test
    void wrongCaptionsClaimSomethingElseInTheSameWords() {
        int unlike = 0;
        for (int i = 0; i < MANY; i++) {
            Comparison comparison = new Comparisons(SCENES).get(i);
            Caption right = SCENES.caption(i);
            assertThat(comparison.caption()).isEqualTo(right.text()).isNotEqualTo(comparison.wrong());
            assertThat(comparison.image()).isNotEqualTo(comparison.degraded());
            unlike += wordsOnlyIn(comparison.wrong(), right.text());
        }
        assertThat(unlike / (double) MANY).isBetween(0.5, 3.0);
        assertThat(new Comparisons(SCENES).get(3)).isEqualTo(new Comparisons(SCENES).get(3));
    }

    @Test
    void wrongCaptionsOfOneStyleAreNotTheRightOnes() {
        Comparisons neon = new Comparisons(new Scenes(Split.TRAIN, MANY, 128, Optional.of(Style.NEON), 0));
        for (int i = 0; i < MANY; i++) {
            Comparison comparison = neon.get(i);
            assertThat(comparison.wrong()).isNotEqualTo(comparison.caption());
        }
    }

    private static int wordsOnlyIn(String text, String other) {
        Set<String> words = new HashSet<>(List.of(text.split(" ")));
        words.removeAll(List.of(other.split(" ")));
        return words.size();
    }

    /** What differs between what full captions of two scenes would claim. */
    private static Set<Mistake> differences(Scene a, Scene b) {
        Claims one = SCENES.caption(0, a).claims();
        Claims other = SCENES.caption(0, b).claims();
        Set<Mistake> differences = new HashSet<>();
        boolean exchanged = a.layout().items().equals(b.layout().items().reversed());
        if (exchanged && a.layout().items().size() > 1) {
            differences.add(Mistake.RELATION);
        } else {
            IntStream.range(0, one.items().size()).forEach(i -> {
                Claimed x = one.items().get(i);
                Claimed y = other.items().get(i);
                add(differences, Mistake.KIND, x.kind(), y.kind());
                add(differences, Mistake.COLOUR, x.colour(), y.colour());
                add(differences, Mistake.COUNT, x.count(), y.count());
            });
        }
        add(differences, Mistake.PLACE, one.place(), other.place());
        add(differences, Mistake.BACKGROUND, a.background(), b.background());
        add(differences, Mistake.STYLE, a.style(), b.style());
        return differences;
    }

    private static void add(Set<Mistake> differences, Mistake mistake, Object a, Object b) {
        if (!a.equals(b)) {
            differences.add(mistake);
        }
    }
}
