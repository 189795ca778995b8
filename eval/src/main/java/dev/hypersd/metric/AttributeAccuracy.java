package dev.hypersd.metric;

import dev.hypersd.metric.ClaimCheck.Answer;
import dev.hypersd.scene.Claims;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/** Counts, picture by picture, how much of what captions claim is right. Not safe to share between threads. */
public final class AttributeAccuracy {
    /** A sort of captions. */
    public enum Group {
        ALL,
        /** One thing, once. */
        SINGLE,
        /** Things of two kinds, in a relation. */
        TWO,
        /** With a combination of kind and colour that was held out of training. */
        HELD_OUT
    }

    /**
     * How often something was right.
     *
     * @param right of {@code total}
     */
    public record Share(long right, long total) {
        private Share plus(boolean one) {
            return new Share(right + (one ? 1 : 0), total + 1);
        }

        /** 0..1; NaN of nothing. */
        public double value() {
            return (double) right / total;
        }
    }

    private static final Share NOTHING = new Share(0, 0);

    private final Map<Attribute, Share> byAttribute = new EnumMap<>(Attribute.class);
    private final Map<Group, Share> claims = new EnumMap<>(Group.class);
    private final Map<Group, Share> pictures = new EnumMap<>(Group.class);

    /**
     * Counts one picture.
     *
     * @param heldOut whether the caption has a combination that was held out
     * @param answers from {@link ClaimCheck#of}
     */
    public void add(Claims caption, boolean heldOut, List<Answer> answers) {
        boolean all = answers.stream().allMatch(Answer::right);
        answers.forEach(answer -> count(byAttribute, answer.attribute(), answer.right()));
        for (Group group : groups(caption, heldOut)) {
            answers.forEach(answer -> count(claims, group, answer.right()));
            count(pictures, group, all);
        }
    }

    private static EnumSet<Group> groups(Claims caption, boolean heldOut) {
        EnumSet<Group> groups = EnumSet.of(Group.ALL);
        if (caption.items().size() == 1 && caption.items().getFirst().count() == 1) {
            groups.add(Group.SINGLE);
        }
        if (caption.items().size() == 2) {
            groups.add(Group.TWO);
        }
        if (heldOut) {
            groups.add(Group.HELD_OUT);
        }
        return groups;
    }

    private static <K> void count(Map<K, Share> counts, K key, boolean right) {
        counts.merge(key, NOTHING.plus(right), (old, one) -> old.plus(right));
    }

    /** The share of claims of one sort that are right. */
    public Share of(Attribute attribute) {
        return byAttribute.getOrDefault(attribute, NOTHING);
    }

    /** The share of all claims of captions of a group that are right: the attribute accuracy. */
    public Share claims(Group group) {
        return claims.getOrDefault(group, NOTHING);
    }

    /** The share of pictures of a group of which every claim is right. */
    public Share pictures(Group group) {
        return pictures.getOrDefault(group, NOTHING);
    }
}
