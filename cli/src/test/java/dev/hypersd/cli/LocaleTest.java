package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command means the same in every locale. */
class LocaleTest {
    private static final String PROMPT = "une for\u00eat enneig\u00e9e, \u732b \ud83d\udc08";

    @TempDir
    private Path folder;

    /** A shell makes the path, because the JVM of this test may have no locale either. */
    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(strings = {"", "C", "POSIX", "C.UTF-8"})
    void pathsAndPromptsBeyondAsciiArriveWithoutALocale(String locale) throws Exception {
        new Image(8, 8, new byte[192])
                .write(
                        folder.resolve("a.png"),
                        GenerationParameters.of(PROMPT, "").with("Steps", 1));
        String command = "name=$(printf 'for\\303\\252t \\347\\214\\253.png') && mv a.png \"$name\""
                + " && exec \"$JAVA\" -cp \"$CLASSES\" dev.hypersd.cli.Main show \"$name\"";
        assertThat(output(locale, command)).contains(PROMPT);
    }

    /** In this locale the digits of formatted numbers are Arabic by default. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void numbersHaveTheUsualDigits() throws Exception {
        String command = "exec \"$JAVA\" -Duser.language=ar -Duser.country=EG -cp \"$CLASSES\" dev.hypersd.cli.Main"
                + " generate a --steps 0 --count 12";
        assertThat(output("C.UTF-8", command)).containsPattern("[0-9]").doesNotContainPattern("[\\u0660-\\u0669]");
    }

    @Test
    void everyByteOfAnArgumentIsPassedOn() {
        byte[] commandLine = "java\0-cp\0a b\0\0say \"hi\"\\\n\u00ea\0".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(Utf8Locale.argumentFile(commandLine), StandardCharsets.UTF_8))
                .isEqualTo("\"-cp\"\n\"a b\"\n\"\"\n\"say \\\"hi\\\"\\\\\\n\u00ea\"\n");
    }

    private String output(String locale, String command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of("sh", "-c", command))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        List.of("LANG", "LC_ALL", "LC_CTYPE").forEach(environment::remove);
        if (!locale.isEmpty()) {
            environment.put("LC_ALL", locale);
        }
        environment.put(
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        environment.put("CLASSES", absolute(System.getProperty("java.class.path")));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }

    private static String absolute(String classPath) {
        return String.join(
                File.pathSeparator,
                Arrays.stream(classPath.split(File.pathSeparator, -1))
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }
}
