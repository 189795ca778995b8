import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes an application of the command: a folder with a runtime of its own, native libraries and models unpacked, and an
 * AOT cache; on Linux also a package of Debian's kind. {@code ./mvnw -Pinstaller} runs it with the folder of the built
 * command ({@code dist/target}) and the version; the JDK that runs it is the one whose parts are taken.
 */
public final class Installer {
    private static final String NAME = "hypersd";
    private static final boolean LINUX = is("linux");
    private static final boolean WINDOWS = is("windows");

    /** Where jars that have libraries for all platforms keep those of this one. */
    private static final String PLATFORM = LINUX ? "Linux/x86_64" : WINDOWS ? "Windows/x86_64" : "Mac/(aarch64|arm64)";

    /** What no class of the command names: archives as file systems, and the curves of TLS certificates. */
    private static final List<String> FURTHER_MODULES = List.of("jdk.zipfs", "jdk.crypto.ec");

    private final Path built;
    private final Path work;
    private final String version;

    private Installer(Path built, String version) {
        this.built = built;
        this.work = built.resolve("installer");
        this.version = version;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        new Installer(Path.of(arguments[0]), arguments[1]).make();
    }

    private void make() throws IOException, InterruptedException {
        delete(work);
        Files.createDirectories(work);
        Path runtime = runtime();
        Path content = content(runtime);
        Path application = application(runtime, content);
        recordStart(application);
        System.out.println("Made " + application);
        if (LINUX) {
            packaged(application);
        }
    }

    /** Makes a runtime with the modules that the command's classes need. */
    private Path runtime() throws IOException, InterruptedException {
        String needed = tool(
                        "jdeps",
                        List.of(
                                "--multi-release",
                                "25",
                                "--ignore-missing-deps",
                                "--print-module-deps",
                                "--class-path",
                                others(),
                                classes().toString()))
                .strip();
        Path runtime = work.resolve("runtime");
        String modules = Stream.concat(Arrays.stream(needed.split(",")), FURTHER_MODULES.stream())
                .distinct()
                .sorted()
                .collect(Collectors.joining(","));
        tool(
                "jlink",
                List.of(
                        "--add-modules",
                        modules,
                        "--no-header-files",
                        "--no-man-pages",
                        "--strip-java-debug-attributes",
                        "--output",
                        runtime.toString()));
        return runtime;
    }

    /** Lays out the jars, and the native libraries and models that the command unpacks when they are first used. */
    private Path content(Path runtime) throws IOException, InterruptedException {
        Path content = Files.createDirectories(work.resolve("content"));
        Path unpacked = work.resolve("unpacked");
        Path models = content.resolve("models");
        Path picture = work.resolve("picture.png");
        List<String> start = List.of(
                runtime.resolve("bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.cachedir=" + unpacked,
                "-Dhypersd.cache=" + models,
                "-jar",
                built.resolve(NAME + ".jar").toString());
        // Together these use every native library, and everything that is embedded.
        run(start, "doctor");
        run(start, "models", "list");
        run(start, "generate", "a red star", "--vae", "tiny", "--out", picture.toString());
        run(
                start,
                "generate",
                "a red star",
                "--control",
                "canny",
                "--control-image",
                picture.toString(),
                "--control-make",
                "canny",
                "--out",
                work.resolve("controlled.png").toString());
        for (String text : List.of("LICENSE", "THIRD-PARTY-NOTICES.txt", ".mvn/memory.sh")) {
            Path file = built.resolve("../..").resolve(text);
            Files.copy(file, content.resolve(file.getFileName()));
        }
        Path natives = Files.createDirectories(content.resolve("native"));
        flatten(unpacked, natives);
        Path libraries = Files.createDirectories(content.resolve("lib"));
        Files.copy(built.resolve(NAME + ".jar"), content.resolve(NAME + ".jar"), StandardCopyOption.COPY_ATTRIBUTES);
        try (Stream<Path> jars = jars()) {
            for (Path jar : jars.filter(jar -> !isNative(jar)).toList()) {
                Path copy = libraries.resolve(jar.getFileName());
                Files.copy(jar, copy, StandardCopyOption.COPY_ATTRIBUTES);
                takeLibrariesOut(copy, natives);
            }
        }
        return content;
    }

    /** Copies the unpacked libraries, which lie in a folder for each jar, into one folder. */
    private static void flatten(Path unpacked, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(unpacked)) {
            for (Path file : files.filter(Installer::isLibrary).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Returns whether {@code file} is a library itself and not one of the links that lead to it. */
    private static boolean isLibrary(Path file) {
        return isNamedAsLibrary(file.toString()) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isNamedAsLibrary(String file) {
        return file.matches(".*\\.(so|dll|dylib|jnilib)(\\.\\d+)*");
    }

    /**
     * Takes native libraries out of a jar that has them beside its classes, as those that read WebP and speak to
     * terminals do. They would be unpacked to the folder for temporary files, which may be read-only, whenever they are
     * used; where a jar has none, it takes what lies in {@code natives}.
     */
    private static void takeLibrariesOut(Path jar, Path natives) throws IOException {
        List<String> libraries;
        try (JarFile file = new JarFile(jar.toFile())) {
            libraries = file.stream()
                    .map(JarEntry::getName)
                    .filter(Installer::isNamedAsLibrary)
                    .toList();
        }
        if (libraries.isEmpty()) {
            return;
        }
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            for (String name : libraries) {
                Path library = inside.getPath(name);
                if (name.matches(".*/" + PLATFORM + "/[^/]*")) {
                    Files.copy(library, natives.resolve(library.getFileName().toString()));
                }
                Files.delete(library);
            }
        }
    }

    private Path application(Path runtime, Path content) throws IOException {
        Path application = Files.createDirectories(work.resolve(NAME));
        Files.createDirectories(application.resolve("bin"));
        Files.createDirectories(application.resolve("lib"));
        Files.move(runtime, application.resolve("lib/runtime"));
        Files.move(content, application.resolve("lib/app"));
        Path start = application.resolve(WINDOWS ? "bin/" + NAME + ".cmd" : "bin/" + NAME);
        Files.writeString(start, WINDOWS ? startOnWindows() : start());
        if (!WINDOWS) {
            Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return application;
    }

    /** Returns how the application starts, which is as {@code ./hypersd} does, except that nothing is unpacked. */
    private static List<String> options(String jars, String slash) {
        return List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "-Xlog:all=error,aot*=off,cds*=off:stderr",
                "-Dorg.bytedeco.javacpp.cachelibraries=false",
                "-Djava.library.path=" + jars + slash + "native",
                "-Dhypersd.cache=" + jars + slash + "models");
    }

    private static String start() {
        return """
                #!/bin/sh
                # Starts Hyper-SD with its own runtime.
                home=$(dirname "$(dirname "$(readlink -f "$0")")")
                app=$home/lib/app
                # Without a locale the JVM takes arguments and paths for ASCII.
                case "${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}" in
                  C | POSIX) export LC_ALL=C.UTF-8 ;;
                esac
                . "$app/memory.sh"
                # Drawing waits for native code, and ends before the JVM's second compiler has paid for itself.
                [ "${1-}" = generate ] && tier=-XX:TieredStopAtLevel=1 || tier=
                exec "$home/lib/runtime/bin/java" $tier %s \\
                  -XX:AOTCache="$app/hypersd.aot" -jar "$app/hypersd.jar" "$@"
                """.formatted(
                options("$app", "/").stream().map(option -> '"' + option + '"').collect(Collectors.joining(" ")));
    }

    private static String startOnWindows() {
        return """
                @echo off
                rem Starts Hyper-SD with its own runtime.
                set "app=%%~dp0..\\lib\\app"
                "%%~dp0..\\lib\\runtime\\bin\\java" %s ^
                  -XX:AOTCache="%%app%%\\hypersd.aot" -jar "%%app%%\\hypersd.jar" %%*
                """.formatted(options("%app%", "\\").stream()
                        .map(option -> '"' + option + '"')
                        .collect(Collectors.joining(" ")))
                .replace("\n", "\r\n");
    }

    /** Draws a picture once, while the JVM notes which classes it used, and lets later starts begin from that note. */
    private void recordStart(Path application) throws IOException, InterruptedException {
        Path jars = application.resolve("lib/app");
        Path cache = jars.resolve(NAME + ".aot");
        List<String> start = new ArrayList<>(
                List.of(application.resolve("lib/runtime/bin/java").toString()));
        start.addAll(options(jars.toString(), File.separator));
        start.addAll(List.of(
                "-XX:AOTCacheOutput=" + cache,
                "-jar",
                jars.resolve(NAME + ".jar").toString()));
        run(start, "generate", "a red star", "--out", work.resolve("first.png").toString());
        if (!Files.exists(cache)) {
            throw new IllegalStateException("the first start left no " + cache);
        }
    }

    /** Makes a package of Debian's kind, in which files keep their times, on which the AOT cache depends. */
    private void packaged(Path application) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/usr/bin/dpkg-deb"))) {
            System.out.println("There is no dpkg-deb here, so no package is made.");
            return;
        }
        Path root = work.resolve("package");
        Path commands = Files.createDirectories(root.resolve("usr/bin"));
        Files.createSymbolicLink(commands.resolve(NAME), Path.of("/opt", NAME, "bin", NAME));
        Files.createDirectories(root.resolve("opt"));
        tool("cp", List.of("-al", application.toString(), root.resolve("opt").toString()));
        String architecture = tool("dpkg", List.of("--print-architecture")).strip();
        Files.writeString(Files.createDirectories(root.resolve("DEBIAN")).resolve("control"), """
                Package: %s
                Version: %s
                Architecture: %s
                Maintainer: The developers of Hyper-SD for the JVM
                Section: graphics
                Priority: optional
                Depends: libc6, libstdc++6, zlib1g
                Description: few-step text-to-image in Java
                 Draws pictures from text, serves them, and trains few-step LoRAs. It has its
                 own Java runtime, native libraries and a small model.
                """.formatted(
                        NAME, version, architecture));
        Path file = work.resolve("%s_%s_%s.deb".formatted(NAME, version, architecture));
        tool("dpkg-deb", List.of("--root-owner-group", "-Zzstd", "--build", root.toString(), file.toString()));
        delete(root);
        System.out.println("Made " + file);
    }

    private Stream<Path> jars() throws IOException {
        return Files.list(built.resolve("lib"))
                .filter(file -> file.toString().endsWith(".jar"))
                .sorted();
    }

    /** Returns whether a jar has nothing but native libraries, by the name of its platform. */
    private static boolean isNative(Path jar) {
        return jar.getFileName().toString().matches(".*-(linux|windows|macosx)-(x86_64|arm64)(-[a-z]+)?\\.jar");
    }

    /**
     * Unpacks the classes of this project without its module descriptions, because the command runs on the class path,
     * where it needs other modules of Java than on the module path.
     */
    private Path classes() throws IOException {
        Path classes = Files.createDirectories(work.resolve("classes"));
        try (Stream<Path> jars = jars()) {
            for (Path jar : jars.filter(Installer::isOwn).toList()) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    for (JarEntry entry : Collections.list(file.entries())) {
                        String name = entry.getName();
                        if (name.endsWith(".class") && !name.endsWith("module-info.class")) {
                            Path to = classes.resolve(name);
                            Files.createDirectories(to.getParent());
                            Files.copy(file.getInputStream(entry), to);
                        }
                    }
                }
            }
        }
        return classes;
    }

    private static boolean isOwn(Path jar) {
        return jar.getFileName().toString().startsWith(NAME + "-");
    }

    /** Returns the class path of the libraries with classes that others have written. */
    private String others() throws IOException {
        try (Stream<Path> jars = jars()) {
            return jars.filter(jar -> !isOwn(jar) && !isNative(jar))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private static void run(List<String> start, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(start);
        command.addAll(List.of(arguments));
        finish(new ProcessBuilder(command).redirectErrorStream(true));
    }

    /** Runs a program of the JDK or of the system, and returns what it prints. */
    private static String tool(String name, List<String> arguments) throws IOException, InterruptedException {
        Path ofTheJdk = Path.of(System.getProperty("java.home"), "bin", WINDOWS ? name + ".exe" : name);
        List<String> command = new ArrayList<>(List.of(Files.exists(ofTheJdk) ? ofTheJdk.toString() : name));
        command.addAll(arguments);
        return finish(new ProcessBuilder(command));
    }

    private static String finish(ProcessBuilder command) throws IOException, InterruptedException {
        if (!command.redirectErrorStream()) {
            command.redirectError(ProcessBuilder.Redirect.INHERIT);
        }
        Process process = command.start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IllegalStateException(
                    "failed: " + String.join(" ", command.command()) + System.lineSeparator() + output);
        }
        return output;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static boolean is(String system) {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith(system);
    }
}
