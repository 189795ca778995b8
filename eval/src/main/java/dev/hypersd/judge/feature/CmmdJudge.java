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
 * The embeddings of a CLIP, of length 1, on the largest square in the middle of pictures, as CMMD wants them
 * (Jayasumana et al., 2024); its authors take a ViT-L/14 of 336 pixels. Safe to share between threads, not to be used
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

    /** Finds the CLIP, whose pictures are framed as CMMD wants them. */
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
