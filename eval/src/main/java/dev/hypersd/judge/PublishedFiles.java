package dev.hypersd.judge;

import java.util.Map;
import java.util.Optional;

/** The published files that judges are made of, as their authors name them, with the licence that they state. */
final class PublishedFiles {
    private static final String CONVERTED = ", converted with \"hypersd convert\"";

    private static final Map<Judge, String> FILES = Map.of(
            Judge.CLIP,
            "the configurations, model.safetensors and the tokenizer of openai/clip-vit-base-patch32 (MIT)",
            Judge.AESTHETIC,
            "sac+logos+ava1-l14-linearMSE.pth of christophschuhmann/improved-aesthetic-predictor (Apache-2.0)"
                    + CONVERTED
                    + "; and in the folder clip inside it the files of openai/clip-vit-large-patch14 (MIT)",
            Judge.IMAGE_REWARD,
            "ImageReward.pt of THUDM/ImageReward (Apache-2.0)" + CONVERTED
                    + ", med_config.json beside it, and vocab.txt of bert-base-uncased (Apache-2.0)",
            Judge.PICK_SCORE,
            "config.json and model.safetensors of yuvalkirstain/PickScore_v1 (MIT)",
            Judge.HPS,
            "HPS_v2_compressed.pt or HPS_v2.1_compressed.pt of xswu/HPSv2 (Apache-2.0)" + CONVERTED,
            Judge.INCEPTION,
            "pt_inception-2015-12-05-6726825d.pth of mseitzer/pytorch-fid (Apache-2.0)" + CONVERTED,
            Judge.CMMD,
            "the configurations, model.safetensors and the tokenizer of openai/clip-vit-large-patch14-336 (MIT)");

    private PublishedFiles() {}

    /** Returns the published files of {@code judge}; empty for one that is trained here. */
    static Optional<String> of(Judge judge) {
        return Optional.ofNullable(FILES.get(judge));
    }
}
