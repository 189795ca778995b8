package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.judge.attributes.Reading;
import dev.hypersd.judge.attributes.Seen;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeAccuracy.Share;
import dev.hypersd.metric.ClaimCheck.Answer;
import dev.hypersd.scene.Background;
import dev.hypersd.scene.Claims;
import dev.hypersd.scene.Claims.Claimed;
import dev.hypersd.scene.Colour;
import dev.hypersd.scene.Kind;
import dev.hypersd.scene.Place;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.SizeClass;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.Style;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimCheckTest {
    private static final Claims THREE_APPLES = new Claims(
            List.of(new Claimed(3, Kind.APPLE, Colour.RED, Optional.of(SizeClass.SMALL))),
            Optional.empty(),
            Optional.of(Place.TOP),
            Optional.of(Background.SAND),
            Style.FLAT);

    private static final Seen LEFT = new Seen(Kind.APPLE, Colour.RED, 0.2, 0.2, 0.26, 1);
    private static final Seen MIDDLE = new Seen(Kind.APPLE, Colour.RED, 0.5, 0.2, 0.26, 1);
    private static final Seen RIGHT = new Seen(Kind.APPLE, Colour.RED, 0.8, 0.2, 0.26, 1);

    /** A reader without faults finds every claim of every scene fulfilled: checks and captions mean the same. */
    @Test
    void theTruthFulfilsEveryClaim() {
        Scenes scenes = new Scenes(Split.TEST, 400, 32, Optional.empty(), 11);
        for (int i = 0; i < scenes.size(); i++) {
            Sample sample = scenes.get(i);
            Reading truth = new Reading(
                    sample.objects().stream()
                            .map(o -> new Seen(o.kind(), o.colour(), o.x(), o.y(), o.extent(), 1))
                            .toList(),
                    sample.scene().background(),
                    sample.scene().style());
            assertThat(ClaimCheck.of(sample.caption().claims(), truth))
                    .as(sample.caption().text())
                    .allMatch(Answer::right);
        }
    }

    @Test
    void eachFaultOfThreeApplesIsOneWrongAnswer() {
        assertThat(wrong(reading(MIDDLE, MIDDLE))).containsExactly(Attribute.COUNT);
        assertThat(wrong(reading(LEFT, LEFT, LEFT))).containsExactly(Attribute.PLACE);
    }

    @Test
    void oneAppleOfAnotherColourIsWrongInColour() {
        Seen green = new Seen(Kind.APPLE, Colour.GREEN, 0.8, 0.2, 0.26, 1);
        assertThat(wrong(reading(LEFT, MIDDLE, green))).containsExactly(Attribute.COLOUR);
    }

    @Test
    void ofAThingThatIsNotThereEverythingIsWrong() {
        assertThat(wrong(new Reading(List.of(), Background.SEA, Style.NEON)))
                .containsExactly(
                        Attribute.KIND,
                        Attribute.COLOUR,
                        Attribute.COUNT,
                        Attribute.SIZE,
                        Attribute.PLACE,
                        Attribute.BACKGROUND,
                        Attribute.STYLE);
    }

    @Test
    void accuracyCountsClaimsAndWholePictures() {
        AttributeAccuracy accuracy = new AttributeAccuracy();
        accuracy.add(THREE_APPLES, false, ClaimCheck.of(THREE_APPLES, reading(LEFT, MIDDLE, RIGHT)));
        accuracy.add(THREE_APPLES, true, ClaimCheck.of(THREE_APPLES, reading(MIDDLE, MIDDLE)));

        assertThat(accuracy.of(Attribute.COUNT)).isEqualTo(new Share(1, 2));
        assertThat(accuracy.of(Attribute.RELATION)).isEqualTo(new Share(0, 0));
        assertThat(accuracy.claims(Group.ALL)).isEqualTo(new Share(13, 14));
        assertThat(accuracy.claims(Group.HELD_OUT)).isEqualTo(new Share(6, 7));
        assertThat(accuracy.pictures(Group.ALL)).isEqualTo(new Share(1, 2));
        assertThat(accuracy.pictures(Group.SINGLE).total()).isZero();
    }

    private static Reading reading(Seen... objects) {
        return new Reading(List.of(objects), Background.SAND, Style.FLAT);
    }

    private static List<Attribute> wrong(Reading reading) {
        return ClaimCheck.of(THREE_APPLES, reading).stream()
                .filter(answer -> !answer.right())
                .map(Answer::attribute)
                .toList();
    }
}
