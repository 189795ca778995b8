package dev.hypersd.objective;

import dev.hypersd.clip.ClipModel;
import dev.hypersd.image.Image;
import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.judge.attributes.ReaderLosses;
import dev.hypersd.judge.clip.ClipPictures;
import dev.hypersd.judge.clip.ContrastiveLoss;
import dev.hypersd.judge.segmentation.SegmentationLosses;
import dev.hypersd.judge.segmentation.Segmenter;
import dev.hypersd.scene.Sample;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** What the judges learn from. */
public final class JudgeLosses {
    /** Beyond it training is unstable (Radford et al., 2021, section 2.5). */
    private static final double GREATEST_SCALE = 100;

    private JudgeLosses() {}

    /** Of the attribute reader: all it is to say of scenes, with equal weights. */
    public static Losses attributes(AttributeReader reader, List<Sample> batch) {
        ReaderLosses losses = ReaderLosses.of(reader, batch);
        return Losses.of(
                new Term("peaks", 1, losses.peaks()),
                new Term("geometry", 1, losses.geometry()),
                new Term("colour", 1, losses.colour()),
                new Term("background", 1, losses.background()),
                new Term("style", 1, losses.style()));
    }

    /** Of the segmenter: categories, and masks three times as much. */
    public static Losses segmentation(Segmenter segmenter, List<Sample> batch) {
        SegmentationLosses losses = SegmentationLosses.of(segmenter, batch);
        return Losses.of(
                new Term("category", 1, losses.category()),
                new Term("mask", SegmentationLosses.MASK_WEIGHT, losses.mask()));
    }

    /** Of CLIP: pictures and captions find each other. */
    public static Losses contrastive(ClipModel clip, ClipTokenizer tokenizer, List<Sample> batch) {
        List<Image> images = batch.stream().map(Sample::image).toList();
        long[] ids = batch.stream()
                .flatMap(sample -> tokenizer.encode(sample.caption().text()).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        Tensor texts = clip.texts(Tensors.of(ids, batch.size(), ids.length / batch.size()));
        Tensor pictures =
                clip.pictures(ClipPictures.of(images, clip.vision().config().imageSize()));
        return Losses.of("contrastive", ContrastiveLoss.of(texts, pictures, scale(clip)));
    }

    private static Tensor scale(ClipModel clip) {
        return clip.scale().clamp_max(new Scalar(GREATEST_SCALE));
    }
}
