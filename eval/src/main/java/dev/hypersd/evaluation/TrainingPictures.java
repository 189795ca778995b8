package dev.hypersd.evaluation;

import dev.hypersd.data.BrokenSampleException;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Figure.Better;
import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.metric.NearestNeighbour;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.scene.ContactSheet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * The captioned pictures that a model was trained on. Distances are measured to them, their own scores stand beside
 * those of the model, and each drawn picture is compared with the nearest of them, so that a model that has learned its
 * pictures by heart is found out.
 */
public final class TrainingPictures {
    /** The name of their column in reports. */
    static final String COLUMN = "data";

    private static final int FEW = 16;
    private static final int SHOWN = 12;
    private static final int COLUMNS = 6;

    private final Path folder;
    private final ImageFolder pictures;
    private final List<Judgement> judgements;
    private final List<TestPrompt> captions;

    private TrainingPictures(Path folder, ImageFolder pictures, List<Judgement> judgements, List<TestPrompt> captions) {
        this.folder = folder;
        this.pictures = pictures;
        this.judgements = judgements;
        this.captions = captions;
    }

    /**
     * Judges the pictures of a folder, each for its own caption. Judgements are kept in {@code cache}, and broken
     * pictures are left out.
     *
     * @param progress receives the number of pictures that are left
     * @throws InvalidRequestException if no judge gives features
     * @throws InvalidFileException if the folder has fewer than two good pictures
     */
    public static TrainingPictures of(Path folder, Judges judges, Path cache, LongConsumer progress) {
        if (judges.features().isEmpty()) {
            throw new InvalidRequestException(
                    "comparing with %s takes a judge that gives features of pictures, such as clip or inception"
                            .formatted(folder));
        }
        ImageFolder pictures = ImageFolder.open(folder);
        DrawnPictures.make(cache);
        String subject = "pictures and captions of %s, judges %s".formatted(folder, judges.fingerprint());
        JudgementFile file = JudgementFile.open(
                cache.resolve(
                        "data-%s.jsonl".formatted(new Fingerprint().add(subject).digits())),
                subject);
        Map<String, Judgement> known = new HashMap<>();
        file.read().forEach(judgement -> known.put(judgement.picture().digits(), judgement));
        List<Judgement> all = new ArrayList<>();
        List<TestPrompt> captions = new ArrayList<>();
        List<Judgement> fresh = new ArrayList<>();
        for (long number = 0; number < pictures.size(); number++) {
            try {
                Own own = Own.of(pictures, number);
                Judgement judgement = known.get(own.digits());
                if (judgement == null) {
                    judgement = own.judged(judges, pictures);
                    fresh.add(judgement);
                }
                all.add(judgement.of(new Picture(number, 0, own.digits())));
                captions.add(own.caption());
            } catch (BrokenSampleException e) {
                // It is left out, as in training.
            }
            if (fresh.size() == FEW || number == pictures.size() - 1) {
                file.append(fresh);
                fresh.clear();
                progress.accept(pictures.size() - 1 - number);
            }
        }
        if (all.size() < 2) {
            throw new InvalidFileException(
                    folder, "has %d good pictures, and distances take at least 2".formatted(all.size()));
        }
        return new TrainingPictures(folder, pictures, all, captions);
    }

    /**
     * A picture with its caption.
     *
     * @param digits a hash of both
     */
    private record Own(long number, TestPrompt caption, String digits) {
        static Own of(ImageFolder pictures, long number) {
            var contents = pictures.origin(number).orElseThrow().contents().get();
            return new Own(
                    number,
                    new TestPrompt(
                            number, GenerationOptions.of(contents.caption()), Optional.empty(), Optional.empty()),
                    new Fingerprint()
                            .add(contents.picture())
                            .add("\n")
                            .add(contents.caption())
                            .digits(16));
        }

        Judgement judged(Judges judges, ImageFolder pictures) {
            CaptionedImage sample = pictures.get(number);
            PromptBatch alone = PromptBatch.of(List.of(caption), 0, 1, 0).getFirst();
            return judges.judge(List.of(sample.image()), alone, OptionalDouble.empty())
                    .getFirst()
                    .of(new Picture(number, 0, digits));
        }
    }

    /** Returns what models are compared with: distances to these pictures, and their own scores beside. */
    public ReferenceImages references() {
        SequencedMap<String, EvaluationResult> beside = new LinkedHashMap<>();
        beside.put(COLUMN, Measurement.of(captions, judgements, Optional.empty(), Statistics.HERE));
        return new ReferenceImages(
                Optional.of(ReferenceFeatures.of("%s, %d pictures".formatted(folder, judgements.size()), judgements)),
                beside,
                Optional.empty(),
                Optional.of(this));
    }

    /**
     * Returns, for each kind of features, the share of drawn pictures that are copies of training pictures, and how far
     * they are from the nearest one: 1 is as far as training pictures are from each other on average.
     */
    SequencedMap<Figure, Double> memorisation(List<Judgement> drawn) {
        SequencedMap<Figure, Double> figures = new LinkedHashMap<>();
        for (FeatureKind kind : FeatureKind.values()) {
            List<NearestNeighbour> nearest = nearest(kind, counted(drawn));
            if (!nearest.isEmpty()) {
                double usual = NearestNeighbour.within(vectors(kind, judgements));
                figures.put(
                        Figure.of(kind.title("copies"), 3, Better.LOWER),
                        nearest.stream()
                                .mapToDouble(neighbour -> neighbour.isCopy() ? 1 : 0)
                                .average()
                                .orElseThrow());
                figures.put(
                        Figure.of(kind.title("nearest"), 2, Better.NEITHER),
                        nearest.stream()
                                        .mapToDouble(NearestNeighbour::distance)
                                        .average()
                                        .orElseThrow()
                                / usual);
            }
        }
        return figures;
    }

    private static List<Judgement> counted(List<Judgement> drawn) {
        return drawn.stream().filter(judgement -> judgement.picture().counts()).toList();
    }

    private List<NearestNeighbour> nearest(FeatureKind kind, List<Judgement> drawn) {
        List<double[]> set = vectors(kind, judgements);
        List<double[]> own = vectors(kind, drawn);
        return own.isEmpty() || set.isEmpty() ? List.of() : NearestNeighbour.of(own, set);
    }

    private static List<double[]> vectors(FeatureKind kind, List<Judgement> of) {
        return of.stream()
                .filter(judgement -> judgement.features().containsKey(kind))
                .map(judgement -> Measurement.widened(judgement.features().get(kind)))
                .toList();
    }

    /**
     * A drawn picture and the training picture that is nearest to it.
     *
     * @param drawn the number of its prompt
     * @param training the training picture, as a path below its folder
     * @param distance their distance, as a multiple of the mean distance of training pictures to the nearest other one
     * @param copy whether it counts as a copy
     */
    record Pair(Picture drawn, long number, String training, double distance, boolean copy) {}

    /**
     * Returns the nearest pairs first, on the last kind of features that there is: a CLIP where there is one, which
     * sees best what pictures show.
     */
    List<Pair> pairs(List<Judgement> drawn) {
        FeatureKind kind = List.of(FeatureKind.values()).reversed().stream()
                .filter(candidate -> !vectors(candidate, judgements).isEmpty())
                .findFirst()
                .orElseThrow();
        double usual = NearestNeighbour.within(vectors(kind, judgements));
        List<Judgement> counted = counted(drawn);
        List<NearestNeighbour> nearest = nearest(kind, counted);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < nearest.size(); i++) {
            NearestNeighbour neighbour = nearest.get(i);
            long number = judgements.get(neighbour.index()).picture().number();
            pairs.add(new Pair(
                    counted.get(i).picture(),
                    number,
                    pictures.name(number),
                    neighbour.distance() / usual,
                    neighbour.isCopy()));
        }
        pairs.sort(Comparator.comparingDouble(Pair::distance));
        return pairs;
    }

    /**
     * Writes {@code nearest.jsonl}, the pairs of drawn and training pictures with the nearest ones first, and
     * {@code nearest.png}, a sheet of the first of them: each drawn picture, and beside it the training picture.
     *
     * @param drawn the judgements of the drawn pictures, at least one
     * @param pictures the drawn pictures, which are kept
     */
    public void write(Path target, List<Judgement> drawn, DrawnPictures pictures) {
        List<Pair> pairs = pairs(drawn);
        sheet(pairs, pictures).write(target.resolve("nearest.png"));
        Draft.write(
                target.resolve("nearest.jsonl"),
                pairs.stream()
                        .map(pair -> Json.MAPPER
                                        .createObjectNode()
                                        .put("prompt", pair.drawn().number())
                                        .put("training", pair.training())
                                        .put("distance", pair.distance())
                                        .put("copy", pair.copy())
                                + "\n")
                        .collect(Collectors.joining()));
    }

    private Image sheet(List<Pair> pairs, DrawnPictures drawn) {
        List<ContactSheet.Entry> entries = new ArrayList<>();
        for (Pair pair : pairs.subList(0, Math.min(SHOWN, pairs.size()))) {
            Image picture = drawn.picture(pair.drawn());
            Image square = CentreCrop.of(picture, Math.min(picture.width(), picture.height()));
            String text = "drawn, %.2f%s".formatted(pair.distance(), pair.copy() ? ", a copy" : "");
            entries.add(new ContactSheet.Entry(square, text));
            entries.add(new ContactSheet.Entry(
                    CentreCrop.of(this.pictures.get(pair.number()).image(), square.width()), pair.training()));
        }
        return ContactSheet.of(entries, Math.min(COLUMNS, entries.size()));
    }
}
