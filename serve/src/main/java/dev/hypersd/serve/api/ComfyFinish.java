package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.image.Png;
import dev.hypersd.image.Resampling;
import dev.hypersd.pipeline.GeneratedImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * What the nodes of a graph of ComfyUI do to its images after they are decoded.
 *
 * @param changes the changes of size, in their order
 * @param alpha how opaque each pixel is at the end, white for opaque; empty for opaque images
 */
record ComfyFinish(List<Change> changes, Optional<Image> alpha) implements SubmittedJob.Encoder {
    ComfyFinish {
        changes = List.copyOf(changes);
    }

    /** A change of the size of an image. */
    sealed interface Change {
        /** Returns the changed image. */
        Image apply(Image image);
    }

    /** Brings an image to another size. */
    record Scaled(int width, int height) implements Change {
        @Override
        public Image apply(Image image) {
            return image.resize(width, height, Resampling.LANCZOS);
        }
    }

    /** Cuts a part out of an image, as far as it lies within. */
    record Cropped(int x, int y, int width, int height) implements Change {
        @Override
        public Image apply(Image image) {
            int left = Math.clamp(x, 0, image.width() - 1);
            int top = Math.clamp(y, 0, image.height() - 1);
            return image.crop(
                    left, top, Math.clamp(width, 1, image.width() - left), Math.clamp(height, 1, image.height() - top));
        }
    }

    /**
     * How a graph ends.
     *
     * @param decoder the node that decodes its latents
     */
    record Read(ComfyFinish finish, ComfyGraph.Node decoder) {}

    /** Reads the nodes from the last one that makes an image back to the decoder. */
    static Read of(ComfyGraph.Node last, ComfyImages images) {
        List<Change> changes = new ArrayList<>();
        Optional<Image> alpha = Optional.empty();
        ComfyGraph.Node node = last;
        while (true) {
            switch (node.type()) {
                case "ImageScale" -> changes.addFirst(images.scale(node, "width", "height"));
                case "ImageCrop" -> changes.addFirst(images.cut(node));
                case "ETN_ApplyMaskToImage" -> {
                    if (alpha.isPresent() || !changes.isEmpty()) {
                        throw node.unsupported("an image that is changed afterwards");
                    }
                    alpha = Optional.of(images.mask(node.link("mask")));
                }
                case "INPAINT_ColorMatch" -> node.warn("it has no effect: colours stay as they are drawn");
                default -> {
                    return new Read(new ComfyFinish(changes, alpha), node);
                }
            }
            node = node.link(node.type().equals("INPAINT_ColorMatch") ? "target" : "image");
        }
    }

    /** Encodes an image as PNG, with all changes. */
    @Override
    public byte[] encode(GeneratedImage generated) {
        Image image = generated.image();
        for (Change change : changes) {
            image = change.apply(image);
        }
        Image changed = image;
        return alpha.map(opaque -> transparent(changed, opaque))
                .orElseGet(() -> new Png().encode(changed, Optional.of(generated.parameters())));
    }

    @Override
    public long bytes() {
        return alpha.map(image -> 3L * image.width() * image.height()).orElse(0L);
    }

    private static byte[] transparent(Image image, Image opaque) {
        int width = image.width();
        int height = image.height();
        byte[] rgb = image.rgb();
        byte[] alpha = opaque.resize(width, height, Resampling.LANCZOS).rgb();
        BufferedImage pixels = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < width * height; i++) {
            int argb = (alpha[3 * i] & 0xFF) << 24
                    | (rgb[3 * i] & 0xFF) << 16
                    | (rgb[3 * i + 1] & 0xFF) << 8
                    | (rgb[3 * i + 2] & 0xFF);
            pixels.setRGB(i % width, i / width, argb);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(pixels, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }
}
