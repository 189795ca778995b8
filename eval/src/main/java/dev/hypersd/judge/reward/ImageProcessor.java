package dev.hypersd.judge.reward;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.json.JsonObject;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Prepares pictures of any size for a judge: resized, made square and normalised.
 *
 * @param resized the side in pixels that pictures are resized to
 * @param size the side of the square that the network sees, in pixels
 * @param mean the means that are subtracted from red, green and blue, which are from 0 to 1
 * @param deviation the deviations by which the differences are divided
 */
public record ImageProcessor(
        int resized, int size, Framing framing, Resampling filter, List<Double> mean, List<Double> deviation) {
    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);
    private static final int LANCZOS = 1;
    private static final int BICUBIC = 3;

    /** The greatest ratio of the side of a resized picture to the side of the square. */
    private static final int MOST_CROPPED = 4;

    public ImageProcessor {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    /** Returns a processor with a bicubic filter, and the mean and deviation of CLIP's training pictures. */
    public static ImageProcessor clip(int size, Framing framing) {
        return new ImageProcessor(size, size, framing, Resampling.BICUBIC, CLIP_MEAN, CLIP_DEVIATION);
    }

    /** Returns the default of CLIPImageProcessor of transformers for a network that sees {@code size} pixels. */
    public static ImageProcessor clip(int size) {
        return clip(size, Framing.CENTRE_CROP);
    }

    /**
     * Reads {@code preprocessor_config.json} of transformers.
     *
     * @param size the side of the square that the network sees
     * @throws dev.hypersd.error.InvalidFileException if it prepares pictures of another size, or in a way that is not
     *     known here
     */
    public static ImageProcessor read(JsonObject json, int size) {
        for (String step : List.of("do_resize", "do_center_crop", "do_normalize", "do_rescale")) {
            json.expect(step, true);
        }
        int resized = side(json, "size", "shortest_edge", size);
        int crop = side(json, "crop_size", "height", size);
        if (crop != size || resized < crop) {
            throw json.invalid(
                    crop == size ? "size" : "crop_size",
                    "is %d, but the network takes pictures of %d".formatted(crop == size ? resized : crop, size));
        }
        if (resized > (long) MOST_CROPPED * size) {
            throw json.invalid(
                    "size",
                    "is %d, more than %d times the %d that the network sees".formatted(resized, MOST_CROPPED, size));
        }
        int filter = json.integer("resample", BICUBIC);
        if (filter != BICUBIC && filter != LANCZOS) {
            throw json.invalid("resample", "is %d; 3 (bicubic) and 1 (Lanczos) are supported".formatted(filter));
        }
        return new ImageProcessor(
                resized,
                size,
                Framing.CENTRE_CROP,
                filter == BICUBIC ? Resampling.BICUBIC : Resampling.LANCZOS,
                channels(json, "image_mean", CLIP_MEAN),
                deviations(json, "image_std"));
    }

    /** Reads {@code preprocess_cfg} of open_clip; see {@link #read}. */
    public static ImageProcessor readOpenClip(JsonObject json, int size) {
        json.expect("interpolation", "bicubic");
        json.expect("resize_mode", "shortest");
        return new ImageProcessor(
                size,
                size,
                Framing.ROUNDED_CENTRE_CROP,
                Resampling.BICUBIC,
                channels(json, "mean", CLIP_MEAN),
                deviations(json, "std"));
    }

    /** Returns this processor with another framing. */
    public ImageProcessor with(Framing other) {
        return new ImageProcessor(size, size, other, filter, mean, deviation);
    }

    /** Reads a side, which is a number in old files and in an object in new ones. */
    private static int side(JsonObject json, String key, String inside, int absent) {
        return json.isObject(key) ? json.section(key).positive(inside, absent) : json.positive(key, absent);
    }

    private static List<Double> channels(JsonObject json, String key, List<Double> absent) {
        List<Double> values = json.numbers(key, absent);
        if (values.size() != 3) {
            throw json.invalid(key, "has %d numbers; red, green and blue need 3".formatted(values.size()));
        }
        return values;
    }

    private static List<Double> deviations(JsonObject json, String key) {
        List<Double> values = channels(json, key, CLIP_DEVIATION);
        if (values.stream().anyMatch(value -> !(value > 0))) {
            throw json.invalid(key, "is %s; pictures are divided by it, so it must be above 0".formatted(values));
        }
        return values;
    }

    /**
     * Prepares pictures for the network, {@code [B, 3, size, size]}, in the caller's scope.
     *
     * @param images at least one
     */
    public Tensor of(List<Image> images) {
        return TensorScope.scoped(() -> normalise(
                ImageTensors.zeroToOne(images.stream().map(this::framed).toList())));
    }

    /**
     * Prepares pictures that are tensors. This is differentiable, so resized values are not rounded.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1
     */
    public Tensor of(Tensor pixels) {
        return TensorScope.scoped(
                () -> normalise(framed(pixels.add(new Scalar(1)).mul_(new Scalar(0.5)))));
    }

    /** Describes the preparation in words, for reports. */
    public String description() {
        return "%s, %s"
                .formatted(framing.description(resized, size), filter == Resampling.BICUBIC ? "bicubic" : "Lanczos");
    }

    /** Returns the square picture, not yet normalised. */
    Image framed(Image image) {
        Image part = framing.part(image);
        Framing.Place place = framing.place(part.width(), part.height(), resized, size);
        Image small = part.resize(place.width(), place.height(), filter);
        return place.width() < size || place.height() < size
                ? padded(small, place)
                : small.crop(-place.left(), -place.top(), size, size);
    }

    private Image padded(Image small, Framing.Place place) {
        byte[] from = small.rgb();
        byte[] rgb = new byte[3 * size * size];
        for (int row = 0; row < place.height(); row++) {
            System.arraycopy(
                    from,
                    3 * row * place.width(),
                    rgb,
                    3 * ((place.top() + row) * size + place.left()),
                    3 * place.width());
        }
        return new Image(size, size, rgb);
    }

    private Tensor framed(Tensor pixels) {
        Tensor part = part(pixels);
        int height = (int) part.size(2);
        int width = (int) part.size(3);
        Framing.Place place = framing.place(width, height, resized, size);
        Tensor small = place.width() == width && place.height() == height
                ? part
                : ImageTensors.resized(part, place.height(), place.width(), filter);
        int right = size - place.left() - place.width();
        int bottom = size - place.top() - place.height();
        // Negative padding crops.
        return torch.constant_pad_nd(small, new long[] {place.left(), right, place.top(), bottom});
    }

    private Tensor part(Tensor pixels) {
        if (framing != Framing.MIDDLE_SQUARE) {
            return pixels;
        }
        long side = Math.min(pixels.size(2), pixels.size(3));
        return pixels.narrow(2, (pixels.size(2) - side) / 2, side).narrow(3, (pixels.size(3) - side) / 2, side);
    }

    private Tensor normalise(Tensor pixels) {
        return pixels.sub(perChannel(mean, pixels)).div_(perChannel(deviation, pixels));
    }

    private static Tensor perChannel(List<Double> values, Tensor like) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return Tensors.of(floats, 1, 3, 1, 1).to(like.device(), like.scalar_type());
    }
}
