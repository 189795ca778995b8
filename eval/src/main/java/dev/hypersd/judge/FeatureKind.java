package dev.hypersd.judge;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The networks on whose features distances between sets of pictures are measured, in the order of reports. */
public enum FeatureKind {
    /** What the attribute reader sees in scenes. */
    ATTRIBUTES(Judge.ATTRIBUTES, "", new Subsets(50, 250), Distance.FRECHET, Distance.KERNEL),
    /** What Inception sees, as in published FIDs. */
    INCEPTION(Judge.INCEPTION, "Inception", new Subsets(100, 1000), Distance.FRECHET, Distance.KERNEL),
    /** The embeddings of a CLIP, for CMMD. */
    CMMD(Judge.CMMD, "CLIP", new Subsets(100, 1000), Distance.GAUSSIAN);

    /** How the distance between two sets of features is measured. */
    public enum Distance {
        /** FID, see {@link dev.hypersd.metric.FrechetDistance}. */
        FRECHET,
        /** KID, see {@link dev.hypersd.metric.KernelDistance}. */
        KERNEL,
        /** CMMD, see {@link dev.hypersd.metric.CmmdDistance}. */
        GAUSSIAN
    }

    /**
     * The random subsets of both sets that the kernel distance is averaged over.
     *
     * @param size pictures of each
     */
    public record Subsets(int count, int size) {}

    private final Judge judge;
    private final String name;
    private final Subsets subsets;
    private final List<Distance> distances;

    FeatureKind(Judge judge, String name, Subsets subsets, Distance... distances) {
        this.judge = judge;
        this.name = name;
        this.subsets = subsets;
        this.distances = List.of(distances);
    }

    /** Returns the judge whose features they are. */
    public Judge judge() {
        return judge;
    }

    /** Returns the name of the judge's folder, which is also that of the features in files. */
    public String key() {
        return judge.folder();
    }

    /** Returns the kind with this {@link #key}; empty if there is none. */
    public static Optional<FeatureKind> of(String key) {
        return Arrays.stream(values()).filter(kind -> kind.key().equals(key)).findFirst();
    }

    /** Returns the distances that are measured on them. */
    public List<Distance> distances() {
        return distances;
    }

    /** Returns the subsets that the kernel distance is averaged over; for Inception those of clean-fid. */
    public Subsets subsets() {
        return subsets;
    }

    /** Returns the title of {@code figure} as measured on these features. */
    public String title(String figure) {
        return name.isEmpty() ? figure : "%s (%s)".formatted(figure, name);
    }
}
