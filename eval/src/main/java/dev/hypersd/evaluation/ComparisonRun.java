package dev.hypersd.evaluation;

import dev.hypersd.metric.GroupSequentialBounds;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.PictureFingerprint;
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
 * Draws the prompts with every contestant, has the pictures judged, and compares. Whatever was judged in the output
 * folder is not drawn again. Contestants of one model are drawn one after another, so that each model is loaded once
 * and one at a time.
 *
 * @param contestants which methods, in the order of the table
 * @param baseline the one that the others are compared with
 * @param prompts what is drawn
 * @param settings how
 * @param judges who judges
 * @param models loads what draws
 * @param output where judgements and pictures go
 */
public record ComparisonRun(
        List<Contestant> contestants,
        Contestant baseline,
        PromptSet prompts,
        Settings settings,
        Judges judges,
        LoadedModel models,
        Path output) {
    /**
     * How methods are compared.
     *
     * @param batch how many pictures are drawn at once
     * @param diversityPrompts how many of the first prompts are drawn four times
     * @param seeds of the pictures; every contestant draws all prompts from each of them
     * @param keepsPictures whether the pictures are kept as files
     * @param hasTeacher whether the first contestant's pictures are a teacher's, which the others' are compared with
     * @param reference a folder of pictures or a file of features that distances are measured to; absent means other
     *     test scenes, for prompts that are captions of scenes
     * @param stopping when a contestant needs no more pictures
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
     * Draws, judges and compares.
     *
     * @param program the version of this program, for the protocol
     * @param progress told what is being done, a phrase for each thing
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
                "%s in %d steps".formatted(baseline.name(), baseline.steps()),
                references.beside(),
                Protocol.of(prompts, settings.seeds(), contestants, judges, references, program),
                settings.stopping().stream()
                        .map(rule -> "Early end: %s.".formatted(rule))
                        .toList());
    }

    /** Model by model: first that of a teacher, whose pictures all are compared with, then that of the baseline. */
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
        return new Evaluation(judges, prompts.prompts(), settings.diversityPrompts(), settings.batch(), seed, teacher);
    }

    /** The judgements of each seed; of fewer prompts where differences from the baseline are clear. */
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
        Optional<Path> kept = Optional.of(output.resolve("pictures"));
        Contestant first = contestants.getFirst();
        Optional<ImageSource> teacher = settings.hasTeacher()
                ? Optional.of(new DrawnPictures(first, models, settings.batch(), kept))
                : Optional.empty();
        boolean isKept = settings.keepsPictures() || (settings.hasTeacher() && contestant.equals(first));
        ImageSource source = new DrawnPictures(contestant, models, settings.batch(), kept.filter(_ -> isKept));
        List<List<Judgement>> judged = new ArrayList<>();
        for (long seed : settings.seeds()) {
            progress.accept("%s, %d steps, seed %d".formatted(contestant.name(), contestant.steps(), seed));
            judged.add(evaluation(seed, teacher)
                    .first(count)
                    .judged(
                            "%s, fingerprint %s%s"
                                    .formatted(
                                            contestant,
                                            contestant.fingerprint(),
                                            settings.hasTeacher() ? " beside " + first.fingerprint() : ""),
                            source,
                            output.resolve(contestant.folder()).resolve("seed-" + seed),
                            left -> {}));
        }
        return judged;
    }
}
