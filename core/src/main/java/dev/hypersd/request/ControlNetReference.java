package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A ControlNet by name with its settings; for absent ones the defaults of {@link Control} apply.
 *
 * @param name a file or folder, or a name that a {@link NameResolver} resolves
 * @param picture the control picture
 * @param preprocessor makes the control picture from {@code picture}, such as {@code canny}; empty if it already is one
 * @param scale the conditioning scale: 1 as trained, 0 without effect
 * @param from the fraction of the steps after which it becomes active
 * @param to the fraction of the steps after which it is no longer active
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

    /** Creates a reference to a ControlNet that follows {@code picture} with the default settings. */
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

    /** Returns this reference with another conditioning scale. */
    public ControlNetReference withScale(double other) {
        return new ControlNetReference(name, picture, preprocessor, OptionalDouble.of(other), from, to, mode);
    }

    /** Returns this reference with absent settings taken from {@code beneath}. */
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
