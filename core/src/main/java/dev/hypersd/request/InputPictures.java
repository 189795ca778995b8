package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads the pictures that options start from: the original, its mask, and those that ControlNets follow. */
final class InputPictures {
    private final GenerationOptions options;
    private final NameResolver names;
    private final List<String> warnings;

    /**
     * Creates the reader.
     *
     * @param warnings receives sentences about pictures that are changed when they are read
     * @throws InvalidRequestException if a background is given and no picture
     */
    InputPictures(GenerationOptions options, NameResolver names, List<String> warnings) {
        this.options = options;
        this.names = names;
        this.warnings = warnings;
        refuseBackgroundAlone();
    }

    private void refuseBackgroundAlone() {
        boolean pictures = options.has(Option.IMAGE)
                || !options.get(Option.CONTROLS).orElse(List.of()).isEmpty();
        if (options.has(Option.BACKGROUND) && !pictures) {
            throw new InvalidRequestException(
                    "%s fills transparent parts of input pictures, and there is none: name one with %s"
                            .formatted(Option.BACKGROUND, Option.IMAGE));
        }
    }

    /** Returns the original picture with its mask, if there is one. */
    Optional<Original> original() {
        Optional<Image> picture = options.get(Option.IMAGE).map(this::read);
        if (picture.isEmpty()) {
            for (Option<?> option : List.of(Option.MASK, Option.EXTEND, Option.STRENGTH, Option.KEPT_STRENGTH)) {
                if (options.has(option)) {
                    throw new InvalidRequestException(
                            "%s needs an original picture: name it with %s".formatted(option, Option.IMAGE));
                }
            }
            return Optional.empty();
        }
        if (options.has(Option.MASK) && options.has(Option.EXTEND)) {
            throw new InvalidRequestException(
                    "%s and %s both set the area to redraw: give one of them".formatted(Option.MASK, Option.EXTEND));
        }
        Original original = original(picture.get());
        if (options.has(Option.KEPT_STRENGTH) && original.mask().isEmpty()) {
            throw new InvalidRequestException("%s is the strength where a mask is black: name one with %s"
                    .formatted(Option.KEPT_STRENGTH, Option.MASK));
        }
        return Optional.of(options.get(Option.KEPT_STRENGTH)
                .map(original::withKeptStrength)
                .orElse(original));
    }

    private Original original(Image picture) {
        Optional<List<Integer>> sides = options.get(Option.EXTEND);
        if (sides.isPresent()) {
            List<Integer> by = OptionsResolver.numbers(Option.EXTEND, sides.get(), 4);
            return Original.extended(picture, by.get(0), by.get(1), by.get(2), by.get(3));
        }
        return options.get(Option.MASK)
                .map(mask -> Original.masked(picture, fitted(read(mask), picture)))
                .orElseGet(() -> Original.of(picture));
    }

    /** Brings a mask to the size of the picture. */
    private Image fitted(Image mask, Image picture) {
        if (mask.width() == picture.width() && mask.height() == picture.height()) {
            return mask;
        }
        warnings.add("the mask of %dx%d is brought to the size of the picture, %dx%d"
                .formatted(mask.width(), mask.height(), picture.width(), picture.height()));
        return mask.resize(picture.width(), picture.height(), Resampling.LANCZOS);
    }

    /** Returns the ControlNets with the pictures that they follow. */
    List<Control> controls() {
        return options.get(Option.CONTROLS).orElse(List.of()).stream()
                .map(this::control)
                .toList();
    }

    private Control control(ControlNetReference reference) {
        Path network = names.controlNet(reference.name());
        PictureSource source = reference
                .picture()
                .orElseThrow(() -> new InvalidRequestException(
                        "ControlNet %s needs a picture to follow: name it with image (--control-image)"
                                .formatted(reference.name())));
        Image picture = read(source);
        Image followed = reference
                .preprocessor()
                .map(name -> names.preprocess(name, picture))
                .orElse(picture);
        return new Control(
                network,
                followed,
                reference.scale().orElse(1),
                reference.from().orElse(0),
                reference.to().orElse(1),
                reference.mode().orElse(Control.Mode.BALANCED));
    }

    /** Reads an input picture, with the background that is given. */
    private Image read(PictureSource source) {
        return source.read(
                options.get(Option.BACKGROUND).orElse(Color.WHITE),
                (file, finding) -> warnings.add("%s %s".formatted(file, finding)));
    }
}
