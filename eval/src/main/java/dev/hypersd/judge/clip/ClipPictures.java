package dev.hypersd.judge.clip;

import dev.hypersd.clip.ClipVisionModel;
import dev.hypersd.data.Pixels;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Pictures of any size as CLIP wants them. */
public final class ClipPictures {
    private ClipPictures() {}

    /**
     * The middle of each picture, {@code [B, 3, size, size]} in CLIP's units: the shorter side is resized (bicubic, antialiased), the longer
     * one cut off at both ends.
     *
     * @param images at least one
     */
    public static Tensor of(List<Image> images, int size) {
        return TensorScope.scoped(() -> ClipVisionModel.normalise(
                Pixels.of(images.stream().map(image -> middle(image, size)).toList())));
    }

    static Image middle(Image image, int size) {
        int shorter = Math.min(image.width(), image.height());
        int width = (int) ((long) size * image.width() / shorter);
        int height = (int) ((long) size * image.height() / shorter);
        Image resized = width == image.width() && height == image.height()
                ? image
                : image.resize(width, height, Resampling.BICUBIC);
        return resized.crop((width - size) / 2, (height - size) / 2, size, size);
    }
}
