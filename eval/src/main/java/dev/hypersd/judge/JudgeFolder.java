package dev.hypersd.judge;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.judge.preference.PreferenceJudge;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A folder of judges. Each is in a sub-folder of its name, or in {@code model} below that, where a training leaves it.
 * The arena that a judge is opened with owns its tensors.
 *
 * @param path the folder, whether or not it exists
 */
public record JudgeFolder(Path path) {
    /** The judges that a folder may have; each sub-folder has the name of its constant, in lower case. */
    public enum Judge {
        ATTRIBUTES,
        CLIP,
        AESTHETIC,
        PREFERENCE,
        SEGMENTATION;

        private String folder() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String TRAINED = "model";

    /** The folder with the files of {@code judge}, whether or not it exists. */
    public Path of(Judge judge) {
        return trained(path.resolve(judge.folder()));
    }

    /** The folder with the files of the judge in {@code folder}: {@code model} below it, if there is one, or itself. */
    public static Path trained(Path folder) {
        Path trained = folder.resolve(TRAINED);
        return Files.isDirectory(trained) ? trained : folder;
    }

    /** Whether the folder has {@code judge}. */
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

    /** Opens the CLIP. */
    public ClipJudge clip(TensorArena arena) {
        return ClipJudge.open(required(Judge.CLIP), arena);
    }

    /** Opens the aesthetic head with the CLIP beside it, whose embeddings it scores. */
    public AestheticJudge aesthetic(TensorArena arena) {
        Path head = required(Judge.AESTHETIC);
        if (!has(Judge.CLIP)) {
            throw new InvalidFileException(
                    head, "scores the embeddings of a CLIP, and there is none in %s".formatted(of(Judge.CLIP)));
        }
        return aesthetic(clip(arena), arena);
    }

    /** Opens the aesthetic head with a CLIP that is open already. */
    public AestheticJudge aesthetic(ClipJudge clip, TensorArena arena) {
        return AestheticJudge.open(required(Judge.AESTHETIC), clip, arena);
    }

    /** Opens the preference model. */
    public PreferenceJudge preference(TensorArena arena) {
        return PreferenceJudge.open(required(Judge.PREFERENCE), arena);
    }

    private <N> N open(Judge judge, NetworkType<?, N> type, TensorArena arena) {
        ModelPart files = ModelPart.in(required(judge));
        return Engine.infer(() -> files.load(type, Dtype.F32, arena).network());
    }

    private Path required(Judge judge) {
        if (!has(judge)) {
            throw new InvalidFileException(
                    path,
                    "has no judge \"%s\"; put its config.json and weights into %s"
                            .formatted(judge.folder(), of(judge)));
        }
        return of(judge);
    }

    /** A fingerprint of the files of the judges that score pictures: of all but the segmenter. */
    public String fingerprint() {
        Fingerprint all = new Fingerprint();
        Stream.of(Judge.values())
                .filter(judge -> judge != Judge.SEGMENTATION && has(judge))
                .forEach(judge -> all.add(judge.folder()).add(Fingerprint.of(of(judge))));
        return all.digits();
    }
}
