package dev.hypersd.judge.feature;

import dev.hypersd.image.Image;
import dev.hypersd.judge.reward.ClipFiles;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.Framing;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.List;

/**
 * A CLIP for CMMD (Jayasumana et al., 2024), which takes embeddings of length 1 of the largest square in the middle of
 * each picture. The authors of CMMD use a ViT-L/14 of 336 pixels. Safe to share between threads, not to be used
 * after the arena has closed.
 */
public final class CmmdJudge implements FeatureNetwork {
    private final ClipJudge clip;

    private CmmdJudge(ClipJudge clip) {
        this.clip = clip;
    }

    /**
     * Opens a CLIP.
     *
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static CmmdJudge open(Path folder, TensorArena arena) {
        return new CmmdJudge(ClipJudge.open(files(folder), arena));
    }

    /** Finds the files of the CLIP, with the framing of CMMD. */
    public static ClipFiles files(Path folder) {
        return ClipFiles.in(folder).with(Framing.MIDDLE_SQUARE);
    }

    @Override
    public List<float[]> features(List<Image> images) {
        return Engine.infer(() -> FeatureNetwork.rows(clip.pictures(images)));
    }

    @Override
    public String network() {
        return clip.network();
    }

    @Override
    public String preparation() {
        return clip.preparation();
    }
}
