package dev.hypersd.metric;

import dev.hypersd.metric.AttributeCheck.Attribute;
import dev.hypersd.metric.AttributeCheck.Outcome;
import dev.hypersd.scene.Caption.CaptionAttributes;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Counts how many of the attributes that captions name are shown by the pictures (as GenEval does, Ghosh et al., 2023,
 * for its objects). Not safe to share between threads.
 */
public final class AttributeAccuracy {
    /** The groups of captions for which accuracies are computed. */
    public enum Group {
        /** All captions. */
        ALL,
        /** Captions with one object. */
        SINGLE_OBJECT,
        /** Captions with objects of two kinds, in a relation. */
        TWO_OBJECTS,
        /** Captions with a combination of kind and colour that was held out of training. */
        HELD_OUT
    }

    /**
     * The number of correct attributes or images, and their total number.
     *
     * @param correct 0 to {@code total}
     */
    public record Proportion(long correct, long total) {
        private Proportion plus(boolean one) {
            return new Proportion(correct + (one ? 1 : 0), total + 1);
        }

        /** Returns the quotient, 0 to 1; NaN if the total is 0. */
        public double value() {
            return (double) correct / total;
        }
    }

    private static final Proportion NOTHING = new Proportion(0, 0);

    private final Map<Attribute, Proportion> byAttribute = new EnumMap<>(Attribute.class);
    private final Map<Group, Proportion> attributes = new EnumMap<>(Group.class);
    private final Map<Group, Proportion> images = new EnumMap<>(Group.class);

    /**
     * Counts one picture.
     *
     * @param heldOut whether the caption has a combination that was held out
     * @param outcomes the outcomes from {@link AttributeCheck#of}
     */
    public void add(CaptionAttributes caption, boolean heldOut, List<Outcome> outcomes) {
        boolean all = outcomes.stream().allMatch(Outcome::correct);
        outcomes.forEach(outcome -> count(byAttribute, outcome.attribute(), outcome.correct()));
        for (Group group : groups(caption, heldOut)) {
            outcomes.forEach(outcome -> count(attributes, group, outcome.correct()));
            count(images, group, all);
        }
    }

    private static EnumSet<Group> groups(CaptionAttributes caption, boolean heldOut) {
        EnumSet<Group> groups = EnumSet.of(Group.ALL);
        if (caption.objects().size() == 1 && caption.objects().getFirst().count() == 1) {
            groups.add(Group.SINGLE_OBJECT);
        }
        if (caption.objects().size() == 2) {
            groups.add(Group.TWO_OBJECTS);
        }
        if (heldOut) {
            groups.add(Group.HELD_OUT);
        }
        return groups;
    }

    private static <K> void count(Map<K, Proportion> counts, K key, boolean correct) {
        counts.merge(key, NOTHING.plus(correct), (old, _) -> old.plus(correct));
    }

    /** Returns for how many of the captions that name an attribute the picture shows it. */
    public Proportion of(Attribute attribute) {
        return byAttribute.getOrDefault(attribute, NOTHING);
    }

    /** Returns how many of the attributes that the captions of a group name are shown: the attribute accuracy. */
    public Proportion attributes(Group group) {
        return attributes.getOrDefault(group, NOTHING);
    }

    /** Returns how many pictures of a group show every attribute that their caption names. */
    public Proportion images(Group group) {
        return images.getOrDefault(group, NOTHING);
    }
}
