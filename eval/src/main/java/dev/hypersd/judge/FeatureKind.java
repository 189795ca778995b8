package dev.hypersd.judge;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The networks on whose features distances between sets of pictures are measured, in the order of reports. */
public enum FeatureKind {
    /** The features of the attribute reader, for pictures of scenes. */
    ATTRIBUTES(Judge.ATTRIBUTES, "", new Subsets(50, 250), Distance.FRECHET, Distance.KERNEL),
    /** The features of Inception, on which published FIDs are measured. */
    INCEPTION(Judge.INCEPTION, "Inception", new Subsets(100, 1000), Distance.FRECHET, Distance.KERNEL),
    /** The embeddings of a CLIP, for CMMD. */
    CMMD(Judge.CMMD, "CLIP", new Subsets(100, 1000), Distance.GAUSSIAN),
    /** The embeddings of the CLIP that gives the CLIP score, which may have learned from the pictures in question. */
    CLIP(Judge.CLIP, "clip", new Subsets(50, 250), Distance.FRECHET, Distance.KERNEL, Distance.GAUSSIAN);

    /** A distance between two sets of features. */
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
     * @param count the number of subsets
     * @param size the number of pictures in each
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

    /** Returns the judge that computes the features. */
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

    /** Returns whether they are measured where nobody names the features; those of the CLIP score are not. */
    public boolean isUsual() {
        return this != CLIP;
    }

    /** Returns the distances that are measured on them. */
    public List<Distance> distances() {
        return distances;
    }

    /** Returns the subsets that the kernel distance is averaged over; for Inception those of clean-fid. */
    public Subsets subsets() {
        return subsets;
    }

    /** Returns the title of CMMD, whose published form has the judge of this name. */
    public String titleOfCmmd() {
        return this == CMMD ? "CMMD" : title("CMMD");
    }

    /** Returns the title of {@code figure} if it is measured on these features. */
    public String title(String figure) {
        return name.isEmpty() ? figure : "%s (%s)".formatted(figure, name);
    }
}
