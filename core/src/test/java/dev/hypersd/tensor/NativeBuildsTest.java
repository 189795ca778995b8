package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.error.HyperSdException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applications are told that have no native libraries for their machine. */
class NativeBuildsTest {
    /** A program that computes, and prints why it cannot. */
    static final class Compute {
        public static void main(String[] arguments) {
            try {
                Engine.infer(() -> torch.ones(2).sum().item_float());
            } catch (HyperSdException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutNativesTheLineToAddIsNamed() throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String withoutNatives = Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry -> !entry.contains(Loader.getPlatform()))
                .collect(Collectors.joining(File.pathSeparator));
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        withoutNatives,
                        Compute.class.getName())
                .start();
        assertThat(new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines(
                        "the native library torch for %1$s is not on the class path: add the dependency %2$s%1$s%3$s"
                                .formatted(
                                        Loader.getPlatform(), "dev.hypersd:hypersd-native-", ", which is of type pom"));
        assertThat(program.waitFor()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            linux-x86_64 | true  | the native library torch does not load on linux-x86_64 (GLIBC_2.99 not found)
            macosx-arm64 | false | add the dependency dev.hypersd:hypersd-native-macosx-arm64
            linux-arm64  | false | there are no native libraries for linux-arm64, only for linux-x86_64, windows-x86_64
            """)
    void theReasonIsNamed(String platform, boolean present, String said) {
        assertThat(NativeBuilds.unavailable(torch.class, platform, present, "GLIBC_2.99 not found"))
                .contains(said);
    }
}
