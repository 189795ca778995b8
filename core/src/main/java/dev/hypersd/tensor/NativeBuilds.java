package dev.hypersd.tensor;

import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The artefacts that bring native libraries, one for each platform. {@code hypersd-core} depends on none of them, so
 * that applications choose.
 */
final class NativeBuilds {
    private static final List<String> PLATFORMS = List.of("linux-x86_64", "windows-x86_64", "macosx-arm64");
    private static final List<String> FLAVOURS = List.of("", "-gpu");

    private NativeBuilds() {}

    /** Says why a library of JavaCPP does not load on this machine, and what to do about it. */
    static String unavailable(Class<?> library, LinkageError error) {
        String platform = Loader.getPlatform();
        return unavailable(library, platform, onClassPath(library, platform), Objects.toString(error.getMessage(), ""));
    }

    /**
     * Says why a library does not load.
     *
     * @param library the class that stands for it
     * @param present whether its build for {@code platform} is on the class path
     * @param error what the JVM says about it
     */
    static String unavailable(Class<?> library, String platform, boolean present, String error) {
        if (!PLATFORMS.contains(platform)) {
            return "there are no native libraries for %s, only for %s"
                    .formatted(platform, String.join(", ", PLATFORMS));
        }
        return present
                ? "the native library %s does not load on %s (%s)".formatted(library.getSimpleName(), platform, error)
                : "the native library %s for %s is not on the class path: add the dependency %s, which is of type pom"
                        .formatted(library.getSimpleName(), platform, artefact(platform));
    }

    /**
     * Returns the coordinates of the artefact for a platform, without a version where this library does not know its
     * own.
     *
     * @param build the platform, such as {@code linux-x86_64}, with what is special about the build, such as {@code
     *     linux-x86_64-mkl}
     */
    static String artefact(String build) {
        @Nullable String version = NativeBuilds.class.getPackage().getImplementationVersion();
        return "dev.hypersd:hypersd-native-" + build + (version == null ? "" : ":" + version);
    }

    private static boolean onClassPath(Class<?> library, String platform) {
        String file = System.mapLibraryName("jni" + library.getSimpleName());
        String folder = library.getPackageName().replace(".global", "").replace('.', '/');
        ClassLoader loader = library.getClassLoader();
        return FLAVOURS.stream()
                .anyMatch(flavour -> loader.getResource(folder + "/" + platform + flavour + "/" + file) != null);
    }
}
