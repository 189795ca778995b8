package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A ControlNet by name, and how it is used; what is absent is as {@link Control} has it.
 *
 * @param name a file or folder, or a name that a {@link NameResolver} knows
 * @param picture what it follows
 * @param preprocessor makes what it follows out of the picture, such as {@code canny}; absent means that the picture is
 *     followed as it is
 * @param scale the conditioning scale: 1 as trained, 0 not at all
 * @param from the share of the steps after which it begins to count
 * @param to the share of the steps after which it no longer counts
 */
public record ControlNetReference(
        String name,
        Optional<PictureSource> picture,
        Optional<String> preprocessor,
        OptionalDouble scale,
        OptionalDouble from,
        OptionalDouble to,
        Optional<Control.Mode> mode) {
    public ControlNetReference {
        if (name.isEmpty()) {
            throw new InvalidRequestException("a ControlNet has an empty name; name its file or folder");
        }
    }

    /** Returns a ControlNet that follows {@code picture} as it was trained to. */
    public static ControlNetReference of(String name, PictureSource picture) {
        return new ControlNetReference(
                name,
                Optional.of(picture),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty());
    }

    /** Returns the same with another conditioning scale. */
    public ControlNetReference withScale(double other) {
        return new ControlNetReference(name, picture, preprocessor, OptionalDouble.of(other), from, to, mode);
    }

    /** Returns the same, and what it leaves open as {@code beneath} has it. */
    ControlNetReference over(ControlNetReference beneath) {
        return new ControlNetReference(
                name,
                picture.or(beneath::picture),
                preprocessor.or(() -> picture.isPresent() ? Optional.empty() : beneath.preprocessor),
                scale.isPresent() ? scale : beneath.scale,
                from.isPresent() ? from : beneath.from,
                to.isPresent() ? to : beneath.to,
                mode.or(beneath::mode));
    }
}
