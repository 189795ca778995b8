package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher {@code ./hypersd} builds when, and only when, what the command is made of has changed. A small project
 * stands for this one, with a Maven that writes down each build and a JDK that writes down each start.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final String BUILT = "dist/target";

    @TempDir
    private Path folder;

    private Path project;
    private Path jdk;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectory(folder.resolve("project"));
        Files.createDirectory(project.resolve(".mvn"));
        for (String file : List.of("hypersd", ".mvn/jdk.sh", ".mvn/memory.sh")) {
            Files.copy(REPOSITORY.resolve(file), project.resolve(file));
        }
        executable(project.resolve("hypersd"), Files.readString(REPOSITORY.resolve("hypersd")));
        executable(project.resolve("mvnw"), """
                #!/bin/sh
                # Building takes long enough for a second start to find it under way.
                cd "$(dirname "$0")"
                echo built >> builds
                [ ! -f broken ] || exit 1
                mkdir -p dist/target/lib
                sleep 0.3
                touch dist/target/hypersd.jar
                """);
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        writePom("dist", "hypersd-dist", "hypersd-cli");
        writePom("cli", "hypersd-cli", "hypersd-core");
        writePom("native/linux", "hypersd-native-linux", "engine");
        writePom("core", "hypersd-core", "jackson");
        writePom("bench", "hypersd-bench", "hypersd-core");
        write("core/src/main/java/Core.java", "class Core {}");
        write("cli/src/main/java/Main.java", "class Main {}");
        write("bench/src/main/java/Bench.java", "class Bench {}");
        makeOld();

        jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.createDirectory(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        Files.setLastModifiedTime(
                jdk.resolve("release"), FileTime.from(Instant.now().minus(Duration.ofDays(9))));
        executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        executable(jdk.resolve("bin/java"), """
                #!/bin/sh
                for argument in "$@"; do
                  case "$argument" in
                    -XX:AOTCacheOutput=*) echo recorded >> "$0.log"; touch "${argument#*=}"; exit 0 ;;
                  esac
                done
                echo "home $HOME, locale $LC_ALL, last argument $argument"
                """);
    }

    @Test
    void aFreshCloneIsBuiltOnceAndThenStarted() throws Exception {
        assertThat(start("doctor")).isEqualTo(0);
        assertThat(start("doctor")).isEqualTo(0);
        assertThat(builds()).isEqualTo(1);
        assertThat(recordings()).isEqualTo(1);
    }

    @Test
    void theArgumentsReachTheProgram() throws Exception {
        start("doctor");
        assertThat(output(process("two words"))).contains("last argument two words");
    }

    @Test
    void aModuleThatTheCommandDoesNotNeedIsNoReasonToBuild() throws Exception {
        start("doctor");
        write("bench/src/main/java/Bench.java", "class Bench { int changed; }");
        start("doctor");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aChangedSourceOfAModuleThatTheCommandNeedsIsBuiltOnce() throws Exception {
        start("doctor");
        write("core/src/main/java/Core.java", "class Core { int changed; }");
        start("doctor");
        start("doctor");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void otherNativesAreAReasonToBuild() throws Exception {
        start("doctor");
        writePom("native/linux", "hypersd-native-linux", "another-engine");
        start("doctor");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aRemovedSourceIsBuiltWithout() throws Exception {
        write("core/src/main/java/Other.java", "class Other {}");
        start("doctor");
        Files.delete(project.resolve("core/src/main/java/Other.java"));
        start("doctor");
        start("doctor");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aSourceThatIsNewerWithoutADifferenceIsNoReasonToBuild() throws Exception {
        start("doctor");
        Files.setLastModifiedTime(
                project.resolve("core/src/main/java/Core.java"),
                FileTime.from(Instant.now().plusSeconds(1)));
        start("doctor");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aCopyWithOtherTimesIsNotBuiltAgain() throws Exception {
        start("doctor");
        Path copy = folder.resolve("copy");
        assertThat(new ProcessBuilder("cp", "-r", project.toString(), copy.toString())
                        .start()
                        .waitFor())
                .isZero();
        project = copy;
        start("doctor");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aMovedProjectIsRecordedAgainAndNotBuilt() throws Exception {
        start("doctor");
        project = Files.move(project, folder.resolve("moved place"));
        start("doctor");
        start("doctor");
        assertThat(builds()).isEqualTo(1);
        assertThat(recordings()).isEqualTo(2);
    }

    @Test
    void aTouchedJarIsRecordedAgainOnce() throws Exception {
        start("doctor");
        Path jar = project.resolve(BUILT).resolve("hypersd.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusMillis(50)));
        Thread.sleep(100);
        start("doctor");
        start("doctor");
        assertThat(builds()).isEqualTo(1);
        assertThat(recordings()).isEqualTo(2);
    }

    @Test
    void twoFirstStartsAtOnceBuildOnce() throws Exception {
        Process first = process("doctor").start();
        Process second = process("doctor").start();
        assertThat(List.of(first.waitFor(), second.waitFor())).containsExactly(0, 0);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aBuildThatFailedIsTriedAgain() throws Exception {
        Files.createFile(project.resolve("broken"));
        assertThat(start("doctor")).isEqualTo(1);
        Files.delete(project.resolve("broken"));
        assertThat(start("doctor")).isEqualTo(0);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aLockOfAStartThatWasKilledIsTakenOver() throws Exception {
        Process killed = new ProcessBuilder("true").start();
        killed.waitFor();
        write(BUILT + "/hypersd.lock/pid", Long.toString(killed.pid()));
        assertThat(start("doctor")).isEqualTo(0);
    }

    @Test
    void withoutAHomeFolderInTheEnvironmentThatOfTheUserIsTaken() throws Exception {
        start("doctor");
        ProcessBuilder process = process("doctor");
        process.environment().remove("HOME");
        assertThat(output(process)).contains("home /").doesNotContain("home ,");
    }

    @Test
    void aProjectThatCannotBeWrittenToIsNamed() throws Exception {
        // A file stands where the folder would be made, because permissions do not hold back a superuser.
        Files.createFile(project.resolve(BUILT));
        assertThat(output(process("doctor"))).contains(BUILT + " cannot be written to");
        assertThat(start("doctor")).isEqualTo(1);
    }

    @Test
    void programsWithoutSourcesAreStartedAsTheyAre() throws Exception {
        start("doctor");
        Files.delete(project.resolve("pom.xml"));
        assertThat(output(process("doctor"))).contains("last argument doctor");
        assertThat(builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        ",,,C.UTF-8",
        "C,,,C.UTF-8",
        ",POSIX,,C.UTF-8",
        ",,de_DE.UTF-8,''",
        "fr_FR.ISO-8859-1,,,fr_FR.ISO-8859-1"
    })
    void withoutALocaleTheProgramIsStartedInUtf8(String all, String type, String language, String expected)
            throws Exception {
        start("doctor");
        ProcessBuilder process = process("doctor");
        Map<String, String> environment = process.environment();
        Map.of(
                        "LC_ALL",
                        Optional.ofNullable(all),
                        "LC_CTYPE",
                        Optional.ofNullable(type),
                        "LANG",
                        Optional.ofNullable(language))
                .forEach((name, value) ->
                        value.ifPresentOrElse(v -> environment.put(name, v), () -> environment.remove(name)));
        assertThat(output(process)).contains("locale " + expected + ",");
    }

    private void writePom(String module, String artifact, String dependency) throws IOException {
        write(module + "/pom.xml", """
                <project>
                  <parent><artifactId>hypersd-parent</artifactId></parent>
                  <artifactId>%s</artifactId>
                  <dependency>
                    <artifactId>%s</artifactId>
                  </dependency>
                </project>
                """.formatted(artifact, dependency));
    }

    private void write(String file, String text) throws IOException {
        Path path = project.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Times of files may be coarse: what is there from the beginning is older than all that happens later. */
    private void makeOld() throws IOException {
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
            }
        }
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private long builds() throws IOException {
        return Files.readAllLines(project.resolve("builds")).size();
    }

    private long recordings() throws IOException {
        return Files.readAllLines(jdk.resolve("bin/java.log")).size();
    }

    /** The exit code of a start. */
    private int start(String... arguments) throws Exception {
        return process(arguments)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static String output(ProcessBuilder process) throws Exception {
        Process started = process.redirectErrorStream(true).start();
        String text = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        started.waitFor();
        return text;
    }

    private ProcessBuilder process(String... arguments) {
        List<String> command = Stream.concat(
                        Stream.of(project.resolve("hypersd").toString()), Stream.of(arguments))
                .toList();
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put("JAVA_HOME", jdk.toString());
        return process;
    }
}
