package dev.hypersd.judge.reward;

import dev.hypersd.clip.ClipVisionModel;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorScope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Prepares pictures of any size for CLIP, as the CLIPImageProcessor of transformers does. */
public final class ClipImageProcessor {
    private ClipImageProcessor() {}

    /**
     * Returns the centre of each picture, {@code [B, 3, size, size]}, normalised by CLIP's mean and deviation: the
     * shorter side is resized (bicubic, antialiased), and the longer one is cropped at both ends.
     *
     * @param images at least one
     */
    public static Tensor of(List<Image> images, int size) {
        return TensorScope.scoped(() -> ClipVisionModel.normalise(ImageTensors.of(
                images.stream().map(image -> middle(image, size)).toList())));
    }

    /**
     * Returns the same for pictures that are tensors; differentiable, so without rounding in between.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1
     */
    public static Tensor of(Tensor pixels, int size) {
        int shorter = (int) Math.min(pixels.size(2), pixels.size(3));
        int height = (int) (size * pixels.size(2) / shorter);
        int width = (int) (size * pixels.size(3) / shorter);
        return TensorScope.scoped(() -> {
            Tensor resized = shorter == size ? pixels : ImageTensors.resized(pixels, height, width, Resampling.BICUBIC);
            Tensor middle = resized.narrow(2, (height - size) / 2, size).narrow(3, (width - size) / 2, size);
            return ClipVisionModel.normalise(middle);
        });
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
