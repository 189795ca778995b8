package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.metric.GroupSequentialBounds;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.PictureFingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Draws the prompts with every contestant, has the pictures judged, and compares the contestants. Pictures that have
 * judgements in the output folder are not drawn again. Contestants of the same model draw one after another, so that
 * each model is loaded once, and only one is loaded at a time.
 *
 * @param contestants the contestants, in the order of the table
 * @param baseline the contestant that the others are compared with
 * @param prompts the prompts that they draw
 * @param settings the settings of the comparison
 * @param judges the judges
 * @param models loads the models
 * @param output the folder of the judgements and pictures
 * @param statistics computes means and covariances of features
 */
public record ComparisonRun(
        List<Contestant> contestants,
        Contestant baseline,
        PromptSet prompts,
        Settings settings,
        Judges judges,
        LoadedModel models,
        Path output,
        Statistics statistics) {
    private static final String SHARES = "shares";
    private static final String PICTURES = "pictures";

    /**
     * The settings of a comparison.
     *
     * @param batch the number of pictures that are drawn at once
     * @param diversityPrompts the number of prompts, from the first on, that are drawn four times
     * @param seeds the seeds; every contestant draws all prompts from each of them
     * @param keepsPictures whether the pictures are kept as files
     * @param hasTeacher whether the first contestant is a teacher, with whose pictures those of the others are compared
     * @param reference a folder of pictures or a file of features that distances are measured to; absent means other
     *     test scenes, for prompts that are captions of scenes
     * @param stopping the rule by which a contestant ends early
     */
    public record Settings(
            int batch,
            int diversityPrompts,
            List<Long> seeds,
            boolean keepsPictures,
            boolean hasTeacher,
            Optional<Path> reference,
            Optional<StoppingRule> stopping) {
        public Settings {
            seeds = List.copyOf(seeds);
        }
    }

    public ComparisonRun {
        contestants = List.copyOf(contestants);
    }

    /**
     * Draws and judges one of several equal shares of the prompts, with every contestant. The same comparison then
     * takes up all shares.
     *
     * @param progress receives a phrase for each part that begins
     * @throws InvalidRequestException if contestants are to end early, which depends on all prompts
     */
    public void judge(Share share, Consumer<String> progress) {
        if (settings.stopping().isPresent()) {
            throw new InvalidRequestException(
                    "shares draw all prompts, so no method can end early: set stop_when_clear to false");
        }
        for (Contestant contestant : order()) {
            for (long seed : settings.seeds()) {
                progress.accept(phrase(contestant, seed));
                evaluation(seed, teacher())
                        .share(share)
                        .judged(
                                name(contestant),
                                source(contestant),
                                folder(shareFolder(output, share), contestant, seed),
                                left -> {});
            }
        }
    }

    /** Returns the folder in {@code output} of the judgements of a share. */
    public static Path shareFolder(Path output, Share share) {
        return output.resolve(SHARES).resolve(share.folder());
    }

    /**
     * Carries out the comparison.
     *
     * @param program the version of this program, for the protocol
     * @param progress receives a phrase for each part that begins
     */
    public Comparison run(String program, Consumer<String> progress) {
        ReferenceImages references = references(progress);
        SequencedMap<Contestant, List<List<Judgement>>> judged = new LinkedHashMap<>();
        for (Contestant contestant : order()) {
            judged.put(contestant, judged(contestant, Optional.ofNullable(judged.get(baseline)), progress));
        }
        List<List<Judgement>> baselines = judged.getOrDefault(baseline, List.of());
        List<Comparison.Row> rows = new ArrayList<>();
        for (Contestant contestant : contestants) {
            List<List<Judgement>> own = judged.getOrDefault(contestant, List.of());
            rows.add(new Comparison.Row(
                    contestant,
                    own.stream()
                            .map(judgements -> evaluation(settings.seeds().getFirst(), Optional.empty())
                                    .result(judgements, references))
                            .toList(),
                    contestant.equals(baseline) ? new LinkedHashMap<>() : PairedDifference.between(own, baselines)));
        }
        return new Comparison(
                rows,
                baseline.title(),
                references.beside(),
                Protocol.of(prompts, settings.seeds(), contestants, judges, references, program),
                settings.stopping().stream()
                        .map(rule -> "Early end: %s.".formatted(rule))
                        .toList());
    }

    /** Returns the contestants model by model, first those of the teacher's and of the baseline's models. */
    private List<Contestant> order() {
        SequencedMap<ModelSource, Set<Contestant>> byModel = new LinkedHashMap<>();
        Stream.of(
                        settings.hasTeacher() ? Stream.of(contestants.getFirst()) : Stream.<Contestant>empty(),
                        Stream.of(baseline),
                        contestants.stream())
                .flatMap(some -> some)
                .forEach(contestant -> byModel.computeIfAbsent(contestant.model(), _ -> new LinkedHashSet<>())
                        .add(contestant));
        return byModel.values().stream().flatMap(Set::stream).toList();
    }

    private ReferenceImages references(Consumer<String> progress) {
        Path folder = output.resolve("references");
        if (settings.reference().isPresent()) {
            Path path = settings.reference().get();
            progress.accept("reference " + path);
            ReferenceFeatures features = ReferenceFeatures.of(path, prompts, judges, folder, left -> {});
            features.write(folder.resolve("features.safetensors"), judges);
            return ReferenceImages.of(features);
        }
        if (!prompts.areScenes()) {
            return ReferenceImages.NONE;
        }
        progress.accept("test scenes");
        Contestant first = contestants.getFirst();
        return evaluation(0, Optional.empty())
                .scenes(
                        "%s, fingerprint %s".formatted(first.model().path(), PictureFingerprint.of(first.model())),
                        images -> models.of(first, settings.batch()).reconstruct(images),
                        folder,
                        left -> {});
    }

    private Evaluation evaluation(long seed, Optional<ImageSource> teacher) {
        return new Evaluation(
                judges, prompts.prompts(), settings.diversityPrompts(), settings.batch(), seed, teacher, statistics);
    }

    /** Returns the judgements of each seed, of fewer prompts if the differences from the baseline are clear earlier. */
    private List<List<Judgement>> judged(
            Contestant contestant, Optional<List<List<Judgement>>> baselines, Consumer<String> progress) {
        if (settings.stopping().isEmpty() || baselines.isEmpty()) {
            return judged(contestant, prompts.prompts().size(), progress);
        }
        StoppingRule rule = settings.stopping().get();
        long figures = baselines.get().getFirst().getFirst().values().keySet().stream()
                .filter(rule::counts)
                .count();
        GroupSequentialBounds bounds = rule.bounds(prompts.prompts().size(), (int) figures * (contestants.size() - 1));
        List<List<Judgement>> judged = List.of();
        for (int look = 0; look < bounds.sizes().length; look++) {
            judged = judged(contestant, bounds.sizes()[look], progress);
            if (rule.isClear(bounds, look, PairedDifference.between(judged, baselines.get()))) {
                progress.accept("differences are clear after %d prompts".formatted(bounds.sizes()[look]));
                break;
            }
        }
        return judged;
    }

    private List<List<Judgement>> judged(Contestant contestant, int count, Consumer<String> progress) {
        List<List<Judgement>> judged = new ArrayList<>();
        List<Path> shares = Share.folders(output.resolve(SHARES));
        for (long seed : settings.seeds()) {
            progress.accept(phrase(contestant, seed));
            Evaluation evaluation = evaluation(seed, teacher());
            Path folder = folder(output, contestant, seed);
            evaluation.takeUp(
                    name(contestant),
                    folder,
                    shares.stream()
                            .map(share -> folder(share, contestant, seed))
                            .filter(Files::isDirectory)
                            .toList());
            judged.add(evaluation.first(count).judged(name(contestant), source(contestant), folder, left -> {}));
        }
        return judged;
    }

    private static String phrase(Contestant contestant, long seed) {
        return "%s, %d steps, seed %d".formatted(contestant.name(), contestant.steps(), seed);
    }

    private Optional<ImageSource> teacher() {
        return settings.hasTeacher()
                ? Optional.of(new DrawnPictures(
                        contestants.getFirst(), models, settings.batch(), Optional.of(output.resolve(PICTURES))))
                : Optional.empty();
    }

    private ImageSource source(Contestant contestant) {
        boolean isKept =
                settings.keepsPictures() || (settings.hasTeacher() && contestant.equals(contestants.getFirst()));
        return new DrawnPictures(
                contestant,
                models,
                settings.batch(),
                isKept ? Optional.of(output.resolve(PICTURES)) : Optional.empty());
    }

    /** Returns the description that identifies the pictures of a contestant. */
    private String name(Contestant contestant) {
        return "%s, fingerprint %s%s"
                .formatted(
                        contestant,
                        contestant.fingerprint(),
                        settings.hasTeacher()
                                ? " beside " + contestants.getFirst().fingerprint()
                                : "");
    }

    private static Path folder(Path output, Contestant contestant, long seed) {
        return output.resolve(contestant.folder()).resolve("seed-" + seed);
    }
}
