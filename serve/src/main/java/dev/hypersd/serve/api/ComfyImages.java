package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.Optional;

/** Makes the images and masks of the nodes of a graph of ComfyUI. */
final class ComfyImages {
    private final PictureStore uploads;
    private final RequestMemory.Reservation memory;
    private final int maxSide;

    /**
     * Creates a maker of images.
     *
     * @param uploads the images that clients have uploaded
     * @param maxSide the longest side that an image may be scaled to
     */
    ComfyImages(PictureStore uploads, RequestMemory.Reservation memory, int maxSide) {
        this.uploads = uploads;
        this.memory = memory;
        this.maxSide = maxSide;
    }

    /** An image, and the preprocessor that makes the control picture from it, if any. */
    record Preprocessed(Image image, Optional<String> preprocessor) {}

    /** Returns the image that a node loads, or makes from another image. */
    Image image(ComfyGraph.Node node) {
        return switch (node.type()) {
            case "LoadImage" -> UploadedImages.decode("image", uploaded(node), memory);
            case "ETN_LoadImageBase64" -> UploadedImages.base64("image", node.text("image"), memory);
            case "ImageScale" -> scaled(image(node.link("image")), node);
            case "ImageInvert" -> UploadedImages.inverted(image(node.link("image")));
            default -> throw node.unsupported("an image");
        };
    }

    /** Returns the image that a ControlNet follows. */
    Preprocessed preprocessed(ComfyGraph.Node node) {
        return switch (node.type()) {
            case "Canny", "CannyEdgePreprocessor" -> new Preprocessed(image(node.link("image")), Optional.of("canny"));
            case "ScribblePreprocessor", "FakeScribblePreprocessor" ->
                new Preprocessed(image(node.link("image")), Optional.of("scribble"));
            default -> new Preprocessed(image(node), Optional.empty());
        };
    }

    /** Returns a mask that is white where the picture is redrawn. Images are transparent there. */
    Image mask(ComfyGraph.Node node) {
        return switch (node.type()) {
            case "LoadImage" -> UploadedImages.transparentMask(uploaded(node), memory);
            case "LoadImageMask" ->
                node.text("channel").equals("alpha")
                        ? UploadedImages.transparentMask(uploaded(node), memory)
                        : UploadedImages.decode("mask", uploaded(node), memory);
            case "ETN_LoadMaskBase64" -> UploadedImages.base64("mask", node.text("mask"), memory);
            case "ImageToMask" -> image(node.link("image"));
            case "InvertMask" -> UploadedImages.inverted(mask(node.link("mask")));
            case "GrowMask", "FeatherMask" -> {
                node.warn("it has no effect: masks are taken as they are");
                yield mask(node.link("mask"));
            }
            default -> throw node.unsupported("a mask");
        };
    }

    private byte[] uploaded(ComfyGraph.Node node) {
        String name = node.text("image").replaceFirst(" \\[(input|output|temp)]$", "");
        return uploads.find(name.replaceFirst("\\.[a-z]{3,4}$", ""))
                .map(PictureStore.Picture::content)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.MALFORMED,
                        "node %s: there is no image \"%s\"; upload it with /upload/image and use the name in the answer"
                                .formatted(node.id(), FieldWarnings.shortened(name))));
    }

    private Image scaled(Image image, ComfyGraph.Node node) {
        int width = node.whole("width", image.width());
        int height = node.whole("height", image.height());
        if (width < 1 || height < 1 || width > maxSide || height > maxSide) {
            throw node.invalid("an image is scaled to 1 to %d pixels, not to %dx%d".formatted(maxSide, width, height));
        }
        memory.reserveImage(width, height);
        return image.resize(width, height, Resampling.LANCZOS);
    }
}
