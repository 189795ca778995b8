package dev.hypersd.judge;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.SceneReader;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.judge.feature.CmmdJudge;
import dev.hypersd.judge.feature.FeatureNetwork;
import dev.hypersd.judge.feature.InceptionJudge;
import dev.hypersd.judge.preference.PreferenceJudge;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * A folder of judges. Each is in a sub-folder of its name, or in {@code model} below that, into which training writes
 * it. The arena that a judge is opened with owns its tensors.
 *
 * @param path the folder, which need not exist
 */
public record JudgeFolder(Path path) {
    private static final String TRAINED = "model";

    /** Returns the folder with the files of {@code judge}, which need not exist. */
    public Path of(Judge judge) {
        return trained(path.resolve(judge.folder()));
    }

    /**
     * Returns the folder with the files of the judge in {@code folder}: {@code model} below it if that exists,
     * otherwise {@code folder}.
     */
    public static Path trained(Path folder) {
        Path trained = folder.resolve(TRAINED);
        return Files.isDirectory(trained) ? trained : folder;
    }

    /** Returns whether the folder has {@code judge}. */
    public boolean has(Judge judge) {
        return Files.isDirectory(of(judge));
    }

    /** Opens the attribute reader. */
    public AttributeReader attributes(TensorArena arena) {
        return open(Judge.ATTRIBUTES, AttributeReader.TYPE, arena);
    }

    /** Opens the segmenter. */
    public Segmenter segmentation(TensorArena arena) {
        return open(Judge.SEGMENTATION, Segmenter.TYPE, arena);
    }

    /** Returns the scores of the judges in the folder, in the order of reports, without opening them. */
    public List<Score> scores() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(path)) {
            return inside.filter(Files::isDirectory)
                    .flatMap(folder -> Score.of(folder.getFileName().toString()).stream())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be listed: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the features that distances are measured on if nobody names others, in the order of reports; none is
     * opened.
     */
    public List<FeatureKind> features() {
        return Stream.of(FeatureKind.values())
                .filter(FeatureKind::isUsual)
                .filter(kind -> has(kind.judge()))
                .toList();
    }

    /** Opens the network that gives features of {@code kind}. */
    public FeatureNetwork open(FeatureKind kind, TensorArena arena) {
        return switch (kind) {
            case ATTRIBUTES -> new SceneReader(attributes(arena));
            case INCEPTION -> InceptionJudge.open(required(kind.key()), arena);
            case CMMD, CLIP -> CmmdJudge.open(required(kind.key()), arena);
        };
    }

    /** Returns a fingerprint of the files of the judge that gives features of {@code kind}. */
    public String fingerprint(FeatureKind kind) {
        return Fingerprint.of(required(kind.key()));
    }

    /** Opens the judge of {@code score}. */
    public ScoreJudge open(Score score, TensorArena arena) {
        return open(score, new HashMap<>(), arena);
    }

    /**
     * Opens the judges of {@code scores}, in that order. A CLIP that several of them use is opened once.
     *
     * @throws InvalidFileException if one is missing or broken
     */
    public SequencedMap<Score, ScoreJudge> open(Collection<Score> scores, TensorArena arena) {
        Map<Path, ClipJudge> clips = new HashMap<>();
        SequencedMap<Score, ScoreJudge> opened = new LinkedHashMap<>();
        scores.forEach(score -> opened.put(score, open(score, clips, arena)));
        return opened;
    }

    private ScoreJudge open(Score score, Map<Path, ClipJudge> clips, TensorArena arena) {
        Path folder = required(score.key());
        return switch (score.kind()) {
            case CLIP -> open(folder, clips, arena);
            case AESTHETIC -> AestheticJudge.open(folder, open(clipOf(score), clips, arena), arena);
            case IMAGE_REWARD -> PreferenceJudge.openImageReward(folder, arena);
            case PICK_SCORE -> ClipJudge.openPickScore(folder, arena);
            case HPS -> ClipJudge.openHps(folder, arena);
            case PREFERENCE -> PreferenceJudge.open(folder, arena);
        };
    }

    private static ClipJudge open(Path folder, Map<Path, ClipJudge> clips, TensorArena arena) {
        return clips.computeIfAbsent(folder, clip -> ClipJudge.open(clip, arena));
    }

    /**
     * Returns the folder of the CLIP whose embeddings the aesthetic head of {@code score} takes: {@code clip} inside
     * the head's folder. A head that was trained here may use the judge {@code clip}.
     *
     * @throws InvalidFileException if there is none
     */
    private Path clipOf(Score score) {
        Path own = path.resolve(score.key()).resolve(Judge.CLIP.folder());
        if (Files.isDirectory(own)) {
            return own;
        }
        Path head = required(score.key());
        if (!AestheticJudge.isTrainedHere(head)) {
            throw new InvalidFileException(
                    head, "needs the embeddings of its own CLIP, a ViT-L/14, which belongs into %s".formatted(own));
        }
        if (!has(Judge.CLIP)) {
            throw new InvalidFileException(
                    head, "scores the embeddings of a CLIP, and there is none in %s".formatted(of(Judge.CLIP)));
        }
        return of(Judge.CLIP);
    }

    private <N> N open(Judge judge, NetworkType<?, N> type, TensorArena arena) {
        ModelPart files = ModelPart.in(required(judge.folder()));
        return Engine.infer(() -> files.load(type, Dtype.F32, arena).network());
    }

    private Path required(String judge) {
        Path folder = trained(path.resolve(judge));
        if (!Files.isDirectory(folder)) {
            throw new InvalidFileException(
                    path, "has no judge \"%s\"; put its config.json and weights into %s".formatted(judge, folder));
        }
        return folder;
    }

    /** Returns a hash of the files of the judge of {@code score}. */
    public String fingerprint(Score score) {
        String own = Fingerprint.of(required(score.key()));
        return score.kind() == Score.Kind.AESTHETIC
                ? new Fingerprint().add(own).add(Fingerprint.of(clipOf(score))).digits()
                : own;
    }

    /** Returns a hash of the files of all judges except the segmenter, which is not used in evaluations. */
    public String fingerprint() {
        Fingerprint all = new Fingerprint();
        features().forEach(kind -> all.add(kind.key()).add(fingerprint(kind)));
        scores().forEach(score -> all.add(score.key()).add(fingerprint(score)));
        return all.digits();
    }
}
