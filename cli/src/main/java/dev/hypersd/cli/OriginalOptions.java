package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.request.Original;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** A picture to go on from, instead of from noise. */
final class OriginalOptions {
    /** How far back image-to-image usually goes. */
    private static final double USUAL_STRENGTH = 0.75;

    @Option(names = "--image", paramLabel = "FILE", description = "A picture to go on from.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description =
                    "With --image, of its size: draw anew where this is white, leave the picture where it is black.")
    private Optional<Path> mask = Optional.empty();

    @Option(
            names = "--extend",
            paramLabel = "LEFT,TOP,RIGHT,BOTTOM",
            split = ",",
            description = "With --image: let the picture grow by so many pixels on each side.")
    private List<Integer> extend = List.of();

    @Option(
            names = "--strength",
            paramLabel = "S",
            description =
                    "With --image: how far back to go, from 0 to 1, where nothing is left of it. Default: 0.75; 1 with --mask or --extend.")
    private Optional<Double> strength = Optional.empty();

    /** Whether there is one. */
    boolean isGiven() {
        return image.isPresent();
    }

    /** The picture, if there is one. */
    Optional<Original> original() {
        if (image.isEmpty()) {
            refuse("--mask", mask.isPresent());
            refuse("--extend", !extend.isEmpty());
            refuse("--strength", strength.isPresent());
            return Optional.empty();
        }
        if (mask.isPresent() && !extend.isEmpty()) {
            throw new InvalidRequestException("--mask and --extend both say what to draw anew: give one of them");
        }
        Image picture = Image.read(image.get());
        if (!extend.isEmpty()) {
            if (extend.size() != 4) {
                throw new InvalidRequestException(
                        "--extend takes four numbers, LEFT,TOP,RIGHT,BOTTOM, not " + extend.size());
            }
            return Optional.of(Original.extended(picture, extend.get(0), extend.get(1), extend.get(2), extend.get(3)));
        }
        return Optional.of(
                mask.map(m -> Original.masked(picture, Image.read(m))).orElseGet(() -> Original.of(picture)));
    }

    /** How far back to go. */
    double strength() {
        boolean everywhere = mask.isEmpty() && extend.isEmpty();
        return strength.orElse(image.isPresent() && everywhere ? USUAL_STRENGTH : 1.0);
    }

    private static void refuse(String option, boolean given) {
        if (given) {
            throw new InvalidRequestException(
                    option + " says something about a picture to go on from: name it with --image");
        }
    }
}
