package dev.hypersd.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part of a program in the document about applications compiles. */
class DocumentTest {
    private static final Pattern PART = Pattern.compile("## langchain4j.*?```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleCompiles(@TempDir Path folder) throws IOException {
        Matcher part = PART.matcher(Files.readString(Path.of("..", "docs", "applications.md")));
        assertThat(part.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Part.java"), """
                import dev.hypersd.langchain4j.HyperSdImageModel;
                import dev.langchain4j.data.image.Image;
                import java.nio.file.Files;
                import java.nio.file.Path;
                import java.util.Base64;

                class Part {
                    void run() throws Exception {
                        %s
                    }
                }
                """.formatted(part.group(1)));
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        ToolProvider.getSystemJavaCompiler()
                .run(null, null, errors, "-proc:none", "-cp", System.getProperty("java.class.path"), source.toString());
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }
}
