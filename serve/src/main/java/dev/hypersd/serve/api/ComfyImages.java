package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.util.Optional;

/** Makes the images and masks of the nodes of a graph of ComfyUI. */
final class ComfyImages {
    private final String client;
    private final PictureStore uploads;
    private final PictureStore sent;
    private final RequestMemory.Reservation memory;
    private final int maxSide;

    /**
     * Creates a maker of images.
     *
     * @param client the address of the client
     * @param uploads the images that clients have uploaded, under names that nobody can guess
     * @param sent the images that clients have sent under names of their own
     * @param maxSide the longest side that an image may be scaled to
     */
    ComfyImages(String client, PictureStore uploads, PictureStore sent, RequestMemory.Reservation memory, int maxSide) {
        this.client = client;
        this.uploads = uploads;
        this.sent = sent;
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
            case "ETN_LoadImageCache" -> UploadedImages.decode("image", sent(node), memory);
            case "ImageScale" -> scaled(node.link("image"), scale(node, "width", "height"));
            case "HintImageEnchance" ->
                scaled(node.link("hint_image"), scale(node, "image_gen_width", "image_gen_height"));
            case "ImageCrop" -> cut(node).apply(image(node.link("image")));
            case "MaskToImage" -> mask(node.link("mask"));
            case "INPAINT_MaskedFill", "INPAINT_MaskedBlur" -> {
                node.warn("it has no effect: the picture is taken as it is");
                yield image(node.link("image"));
            }
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
            case "ETN_LoadImageCache" -> UploadedImages.opaqueMask(sent(node), memory);
            case "ImageToMask" -> image(node.link("image"));
            case "CropMask" -> cut(node).apply(mask(node.link("mask")));
            case "ThresholdMask" -> ComfyMasks.above(mask(node.link("mask")), node.number("value", 0.5));
            case "INPAINT_StabilizeMask" -> mask(node.link("mask"));
            case "GrowMask" -> ComfyMasks.grown(mask(node.link("mask")), pixels(node, "expand"));
            case "INPAINT_ExpandMask" -> ComfyMasks.grown(mask(node.link("mask")), sharp(node, "grow"));
            case "INPAINT_ShrinkMask" -> ComfyMasks.grown(mask(node.link("mask")), -sharp(node, "shrink"));
            case "InvertMask" -> UploadedImages.inverted(mask(node.link("mask")));
            case "FeatherMask" -> {
                node.warn("it has no effect: masks have sharp edges here");
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

    /** Returns the image that its client has sent under this name before the graph. */
    private byte[] sent(ComfyGraph.Node node) {
        String name = node.text("id");
        return sent.find(KritaRoutes.sent(client, name))
                .map(PictureStore.Picture::content)
                .orElseThrow(() -> node.invalid("there is no image \"%s\"; send it first with PUT /api/etn/image/%s"
                        .formatted(FieldWarnings.shortened(name), FieldWarnings.shortened(name))));
    }

    /** Returns the change to the size that a node names. */
    ComfyFinish.Scaled scale(ComfyGraph.Node node, String widthInput, String heightInput) {
        int width = node.whole(widthInput, 0);
        int height = node.whole(heightInput, 0);
        if (width < 1 || height < 1 || width > maxSide || height > maxSide) {
            throw node.invalid("an image is scaled to 1 to %d pixels, not to %dx%d".formatted(maxSide, width, height));
        }
        return new ComfyFinish.Scaled(width, height);
    }

    /** Returns the part that a node cuts out. */
    ComfyFinish.Cropped cut(ComfyGraph.Node node) {
        int width = node.whole("width", 0);
        int height = node.whole("height", 0);
        if (width < 1 || height < 1) {
            throw node.invalid("a part has 1 pixel at least, not %dx%d".formatted(width, height));
        }
        return new ComfyFinish.Cropped(node.whole("x", 0), node.whole("y", 0), width, height);
    }

    private Image scaled(ComfyGraph.Node source, ComfyFinish.Scaled to) {
        memory.reserveImage(to.width(), to.height());
        return to.apply(image(source));
    }

    private int pixels(ComfyGraph.Node node, String input) {
        int pixels = node.whole(input, 0);
        if (Math.abs((long) pixels) > maxSide) {
            throw node.invalid("its input %s is at most %d pixels, not %d".formatted(input, maxSide, pixels));
        }
        return pixels;
    }

    private int sharp(ComfyGraph.Node node, String input) {
        if (node.number("blur", 0) > 0) {
            node.warn("blur has no effect: masks have sharp edges here");
        }
        return pixels(node, input);
    }
}
