package dev.hypersd.objective;

import dev.hypersd.clip.ClipModel;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import dev.hypersd.image.Image;
import dev.hypersd.judge.detection.AttributeLosses;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.SegmentationLosses;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.judge.preference.PreferenceModel;
import dev.hypersd.judge.preference.TokenBatch;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.ContrastiveLoss;
import dev.hypersd.judge.reward.ImageProcessor;
import dev.hypersd.judge.reward.PreferenceLoss;
import dev.hypersd.judge.reward.ScoreHead;
import dev.hypersd.scene.Sample;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The losses of training judges. */
public final class JudgeLosses {
    /** The greatest logit scale; training is unstable beyond it (Radford et al., 2021, section 2.5). */
    private static final double GREATEST_SCALE = 100;

    /** The name of the fraction of texts or pairs that are judged correctly. */
    private static final String ACCURACY = "accuracy";

    private JudgeLosses() {}

    /** Returns the losses of the attribute reader: all attributes of scenes, with equal weights. */
    public static Losses attributes(AttributeReader reader, List<Sample> batch) {
        AttributeLosses losses = AttributeLosses.of(reader, batch);
        return Losses.of(
                new Term("peaks", 1, losses.peaks()),
                new Term("geometry", 1, losses.geometry()),
                new Term("colour", 1, losses.colour()),
                new Term("background", 1, losses.background()),
                new Term("style", 1, losses.style()));
    }

    /** Returns the losses of the segmenter: categories with weight 1, and masks with weight 3. */
    public static Losses segmentation(Segmenter segmenter, List<Sample> batch) {
        SegmentationLosses losses = SegmentationLosses.of(segmenter, batch);
        return Losses.of(
                new Term("category", 1, losses.category()),
                new Term("mask", SegmentationLosses.MASK_WEIGHT, losses.mask()));
    }

    /** Returns the contrastive loss of CLIP on pictures and captions. */
    public static Losses contrastive(ClipModel clip, ClipTokenizer tokenizer, List<CaptionedImage> batch) {
        List<Image> images = batch.stream().map(CaptionedImage::image).toList();
        long[] ids = batch.stream()
                .flatMap(sample -> tokenizer.encode(sample.caption()).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        Tensor texts = clip.texts(Tensors.of(ids, batch.size(), ids.length / batch.size()));
        Tensor pictures = clip.pictures(
                ImageProcessor.clip(clip.vision().config().imageSize()).of(images));
        return Losses.of(
                new Term("contrastive", 1, ContrastiveLoss.of(texts, pictures, scale(clip))),
                new Term(ACCURACY, 0, ContrastiveLoss.accuracy(texts, pictures)));
    }

    /**
     * Returns the preference loss of the aesthetic head: pictures have to score above degraded ones. {@code clip}
     * embeds them and is not trained.
     */
    public static Losses aesthetic(ScoreHead head, ClipJudge clip, List<PreferencePair> batch) {
        Tensor fine = head.forward(clip.pictures(each(batch, PreferencePair::image)));
        Tensor degraded = head.forward(clip.pictures(each(batch, PreferencePair::degraded)));
        return Losses.of(
                new Term("pairs", 1, PreferenceLoss.of(fine, degraded)),
                new Term(ACCURACY, 0, PreferenceLoss.accuracy(fine, degraded)));
    }

    /**
     * Returns the preference loss of the preference model: each picture with its caption has to score above the
     * degraded picture, and above the picture with a wrong caption. Each picture is encoded once.
     */
    public static Losses preference(PreferenceModel model, ClipTokenizer tokenizer, List<PreferencePair> batch) {
        int count = batch.size();
        Tensor seen = model.see(ImageProcessor.clip(model.config().vision().imageSize())
                .of(each(batch, PreferencePair::image, PreferencePair::degraded)));
        List<String> captions = each(batch, PreferencePair::caption, PreferencePair::caption, PreferencePair::wrong);
        Tensor scores = model.compare(
                Tensors.cat(0, seen, seen.narrow(0, 0, count)),
                TokenBatch.of(tokenizer, captions, model.config().text().positions()));
        Tensor right = scores.narrow(0, 0, count);
        Tensor degraded = scores.narrow(0, count, count);
        Tensor wrong = scores.narrow(0, 2L * count, count);
        Tensor looks = PreferenceLoss.accuracy(right, degraded);
        Tensor words = PreferenceLoss.accuracy(right, wrong);
        return Losses.of(
                new Term("degraded", 0.5, PreferenceLoss.of(right, degraded)),
                new Term("wrong", 0.5, PreferenceLoss.of(right, wrong)),
                new Term("degraded " + ACCURACY, 0, looks),
                new Term("wrong " + ACCURACY, 0, words),
                new Term(ACCURACY, 0, Tensors.combine(0.5, looks, 0.5, words)));
    }

    /** Concatenates several views of the batch. */
    @SafeVarargs
    private static <T> List<T> each(List<PreferencePair> batch, Function<PreferencePair, T>... views) {
        return Stream.of(views).flatMap(view -> batch.stream().map(view)).toList();
    }

    private static Tensor scale(ClipModel clip) {
        return clip.scale().clamp_max(new Scalar(GREATEST_SCALE));
    }
}
