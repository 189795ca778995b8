package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and programs of the README work. */
class ReadmeTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleCompilesAndDraws(@TempDir Path folder) throws Exception {
        Matcher example = JAVA.matcher(Files.readString(Path.of("..", "README.md")));
        assertThat(example.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Lighthouse.java"), example.group(1));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-cp", System.getProperty("java.class.path"), source.toString()))
                .isZero();
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        Path picture = folder.resolve("lighthouse.png");
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Method main = loader.loadClass("Lighthouse").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[] {model.toString(), picture.toString()});
        }
        assertThat(picture).isNotEmptyFile();
    }
}
