package dev.hypersd.study;

import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.DrawnPictures;
import dev.hypersd.evaluation.LoadedModel;
import dev.hypersd.evaluation.PromptBatch;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * The pictures of a study, which contestants draw and which are kept in files. Pictures that exist already are not
 * drawn again.
 *
 * @param contestants the methods
 * @param prompts the prompts that they draw
 * @param seeds the seeds of the first prompt; each further prompt has the next seeds, as in comparisons
 * @param batch the greatest number of pictures that are drawn at once
 * @param folder the folder in which the pictures are kept
 */
public record DrawnStudy(List<Contestant> contestants, PromptSet prompts, List<Long> seeds, int batch, Path folder)
        implements StudyPictures {
    private static final int DIGITS = 16;

    public DrawnStudy {
        contestants = List.copyOf(contestants);
        seeds = List.copyOf(seeds);
    }

    /**
     * Returns the contestants as methods of a study; their fingerprints cover everything that decides their pictures.
     */
    public List<StudyMethod> methods() {
        return contestants.stream()
                .map(contestant -> new StudyMethod(
                        name(contestant),
                        new Fingerprint()
                                .add(contestant.fingerprint())
                                .add(prompts.fingerprint())
                                .digits(DIGITS)))
                .toList();
    }

    /** Returns the name of a contestant in the results: {@code Hyper, 4 steps}. */
    public static String name(Contestant contestant) {
        int steps = contestant.steps();
        return "%s, %d %s".formatted(contestant.name(), steps, steps == 1 ? "step" : "steps");
    }

    /**
     * Draws the pictures that do not exist yet.
     *
     * @param progress receives the method that is drawing and the number of pictures that are left in all
     */
    public void draw(ObjIntConsumer<String> progress) {
        int left = contestants.stream().mapToInt(this::missing).sum();
        try (LoadedModel models = new LoadedModel()) {
            for (Contestant contestant : contestants) {
                DrawnPictures pictures = pictures(contestant, models);
                for (PromptBatch some : batches()) {
                    if (isMissing(pictures, some)) {
                        progress.accept(name(contestant), left);
                        pictures.pictures(some);
                        left -= some.prompts().size();
                    }
                }
            }
        }
    }

    private int missing(Contestant contestant) {
        DrawnPictures pictures = pictures(contestant, new LoadedModel());
        return batches().stream()
                .filter(some -> isMissing(pictures, some))
                .mapToInt(some -> some.prompts().size())
                .sum();
    }

    private static boolean isMissing(DrawnPictures pictures, PromptBatch some) {
        return !pictures.files(some).stream().allMatch(Files::exists);
    }

    private List<PromptBatch> batches() {
        return seeds.stream()
                .flatMap(seed -> PromptBatch.of(prompts.prompts(), 0, batch, seed).stream())
                .toList();
    }

    private DrawnPictures pictures(Contestant contestant, LoadedModel models) {
        return new DrawnPictures(contestant, models, batch, Optional.of(folder));
    }

    @Override
    public Image picture(int prompt, long seed, String method) {
        Contestant contestant = contestants.stream()
                .filter(one -> name(one).equals(method))
                .findFirst()
                .orElseThrow();
        PromptBatch alone = PromptBatch.of(List.of(prompts.prompts().get(prompt)), 0, 1, seed)
                .getFirst();
        return Image.read(pictures(contestant, new LoadedModel()).files(alone).getFirst());
    }

    /** Returns sentences about properties that reveal methods: different sizes of their pictures. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        String first = name(contestants.getFirst());
        Image expected = picture(0, seeds.getFirst(), first);
        for (Contestant contestant : contestants) {
            Image picture = picture(0, seeds.getFirst(), name(contestant));
            if (picture.width() != expected.width() || picture.height() != expected.height()) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "the pictures of \"%s\" have %dx%d pixels and those of \"%s\" %dx%d: raters can tell them by "
                                + "their sharpness",
                        first,
                        expected.width(),
                        expected.height(),
                        name(contestant),
                        picture.width(),
                        picture.height()));
            }
        }
        return warnings;
    }
}
