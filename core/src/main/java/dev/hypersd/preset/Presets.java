package dev.hypersd.preset;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The presets of the released models and of each {@link PresetProvider}, found by name or by the name of a file. */
public final class Presets {
    private static final List<Preset> ALL =
            Stream.concat(ReleasedPresets.all().stream(), provided()).toList();

    private Presets() {}

    /** Returns the presets of all providers, found by the class loader of this class on any thread. */
    private static Stream<Preset> provided() {
        return ServiceLoader.load(PresetProvider.class, Presets.class.getClassLoader()).stream()
                .flatMap(provider -> provider.get().presets().stream());
    }

    /** Returns all presets, in the order of their publication and size. */
    public static List<Preset> all() {
        return ALL;
    }

    /**
     * Returns the preset {@code name}.
     *
     * @throws InvalidRequestException if there is none; the message names the nearest
     */
    public static Preset named(String name) {
        return ALL.stream()
                .filter(preset -> preset.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequestException("there is no preset \"%s\"; did you mean %s? Known are %s"
                                .formatted(name, Nearest.of(name, names()), String.join(", ", names()))));
    }

    /** Returns the names that {@link #named} accepts. */
    public static List<String> names() {
        return ALL.stream().map(Preset::name).toList();
    }

    /**
     * Finds the preset of a file: the settings that it states itself in its metadata; or that of a released file, by
     * its name and that of its folder. Letter case, separators and additions to the name are ignored.
     */
    public static Optional<Preset> forFile(Path file) {
        return StatedPreset.in(file).or(() -> released(file));
    }

    private static Optional<Preset> released(Path file) {
        Path absolute = file.toAbsolutePath();
        return Stream.of(Optional.ofNullable(absolute.getFileName()), Optional.ofNullable(absolute.getParent()))
                .flatMap(Optional::stream)
                .map(path -> Optional.ofNullable(path.getFileName()))
                .flatMap(Optional::stream)
                .flatMap(name -> matching(plain(name.toString())).stream())
                .findFirst();
    }

    private static Optional<Preset> matching(String name) {
        return ALL.stream()
                .filter(preset -> name.contains(plain(preset.file())))
                .max(Comparator.comparingInt(preset -> preset.file().length()));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "").replace("steps", "step");
    }
}
