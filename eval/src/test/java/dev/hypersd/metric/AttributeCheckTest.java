package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.judge.detection.Detections;
import dev.hypersd.judge.detection.Detections.DetectedObject;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeAccuracy.Proportion;
import dev.hypersd.metric.AttributeCheck.Attribute;
import dev.hypersd.metric.AttributeCheck.Outcome;
import dev.hypersd.scene.Caption.CaptionAttributes;
import dev.hypersd.scene.Caption.NamedObject;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Place;
import dev.hypersd.scene.content.SizeClass;
import dev.hypersd.scene.content.Style;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttributeCheckTest {
    private static final CaptionAttributes THREE_APPLES = new CaptionAttributes(
            List.of(new NamedObject(3, Kind.APPLE, Colour.RED, Optional.of(SizeClass.SMALL))),
            Optional.empty(),
            Optional.of(Place.TOP),
            Optional.of(Background.SAND),
            Style.FLAT);

    private static final DetectedObject LEFT = new DetectedObject(Kind.APPLE, Colour.RED, 0.2, 0.2, 0.26, 1);
    private static final DetectedObject MIDDLE = new DetectedObject(Kind.APPLE, Colour.RED, 0.5, 0.2, 0.26, 1);
    private static final DetectedObject RIGHT = new DetectedObject(Kind.APPLE, Colour.RED, 0.8, 0.2, 0.26, 1);

    /** A reader without faults finds every attribute of every caption: checks and captions mean the same by them. */
    @Test
    void theTrueObjectsHaveEveryAttributeOfTheirCaptions() {
        Scenes scenes = new Scenes(Split.TEST, 400, 32, Optional.empty(), 11);
        for (int i = 0; i < scenes.size(); i++) {
            Sample sample = scenes.get(i);
            Detections truth = new Detections(
                    sample.objects().stream()
                            .map(o -> new DetectedObject(o.kind(), o.colour(), o.x(), o.y(), o.extent(), 1))
                            .toList(),
                    sample.scene().background(),
                    sample.scene().style());
            assertThat(AttributeCheck.of(sample.caption().attributes(), truth))
                    .as(sample.caption().text())
                    .allMatch(Outcome::correct);
        }
    }

    @Test
    void eachFaultOfThreeApplesIsOneWrongAnswer() {
        assertThat(wrong(reading(MIDDLE, MIDDLE))).containsExactly(Attribute.COUNT);
        assertThat(wrong(reading(LEFT, LEFT, LEFT))).containsExactly(Attribute.PLACE);
    }

    @Test
    void oneAppleOfAnotherColourIsWrongInColour() {
        DetectedObject green = new DetectedObject(Kind.APPLE, Colour.GREEN, 0.8, 0.2, 0.26, 1);
        assertThat(wrong(reading(LEFT, MIDDLE, green))).containsExactly(Attribute.COLOUR);
    }

    @Test
    void everyAttributeOfAMissingObjectIsWrong() {
        assertThat(wrong(new Detections(List.of(), Background.SEA, Style.NEON)))
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
    void accuracyCountsAttributesAndWholePictures() {
        AttributeAccuracy accuracy = new AttributeAccuracy();
        accuracy.add(THREE_APPLES, false, AttributeCheck.of(THREE_APPLES, reading(LEFT, MIDDLE, RIGHT)));
        accuracy.add(THREE_APPLES, true, AttributeCheck.of(THREE_APPLES, reading(MIDDLE, MIDDLE)));

        assertThat(accuracy.of(Attribute.COUNT)).isEqualTo(new Proportion(1, 2));
        assertThat(accuracy.of(Attribute.RELATION)).isEqualTo(new Proportion(0, 0));
        assertThat(accuracy.attributes(Group.ALL)).isEqualTo(new Proportion(13, 14));
        assertThat(accuracy.attributes(Group.HELD_OUT)).isEqualTo(new Proportion(6, 7));
        assertThat(accuracy.images(Group.ALL)).isEqualTo(new Proportion(1, 2));
        assertThat(accuracy.images(Group.SINGLE_OBJECT).total()).isZero();
    }

    private static Detections reading(DetectedObject... objects) {
        return new Detections(List.of(objects), Background.SAND, Style.FLAT);
    }

    private static List<Attribute> wrong(Detections reading) {
        return AttributeCheck.of(THREE_APPLES, reading).stream()
                .filter(outcome -> !outcome.correct())
                .map(Outcome::attribute)
                .toList();
    }
}
