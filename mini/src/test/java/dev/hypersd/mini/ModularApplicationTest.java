package dev.hypersd.mini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application on the module path sees the API, can draw with it, and does not see the inside. */
class ModularApplicationTest {
    /** This project, and what it needs at run time. oneDNN's jar names a module that is not there. */
    private static final Pattern NEEDED =
            Pattern.compile("(core|mini)/target/classes|hypersd-(core|mini)|bytedeco/(?!dnnl)|jackson|jspecify");

    private static final String MODULE = "module application { requires dev.hypersd.core; requires dev.hypersd.mini; }";

    @TempDir
    Path folder;

    @Test
    void anApplicationDrawsWithTheExportedPackagesOnly() throws IOException, InterruptedException {
        assertThat(compile("""
            package application;

            import dev.hypersd.mini.EmbeddedModel;
            import dev.hypersd.pipeline.DiffusionPipeline;
            import dev.hypersd.request.ImageRequest;
            import java.nio.file.Path;

            public final class Main {
                public static void main(String[] arguments) {
                    try (DiffusionPipeline pipeline = DiffusionPipeline.load(EmbeddedModel.folder())) {
                        ImageRequest request = ImageRequest.of("a red star").seed(1).steps(1).build();
                        pipeline.generate(request).getFirst().image().write(Path.of(arguments[0]));
                    }
                }
            }
            """)).isEmpty();
        Path drawn = folder.resolve("star.png");
        Path output = folder.resolve("output.txt");
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modulePath() + File.pathSeparator + folder.resolve("classes"),
                        "--add-modules",
                        "ALL-MODULE-PATH",
                        "--enable-native-access=dev.hypersd.core,org.bytedeco.javacpp,org.bytedeco.pytorch",
                        "--module",
                        "application/application.Main",
                        drawn.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(application.waitFor()).as(Files.readString(output)).isZero();
        assertThat(drawn).isNotEmptyFile();
    }

    @Test
    void anApplicationCanChooseHowWeightsAreHeld() throws IOException {
        assertThat(compile("""
            package application;

            import dev.hypersd.model.LoadOptions;
            import dev.hypersd.model.ModelSource;
            import dev.hypersd.tensor.Device;
            import dev.hypersd.tensor.Dtype;
            import dev.hypersd.tensor.Placement;
            import dev.hypersd.tensor.WeightStorage;
            import java.nio.file.Path;

            final class Main {
                ModelSource source(Path model) {
                    Placement placement = new Placement(Dtype.BF16, WeightStorage.AS_STORED, Device.CPU);
                    return new ModelSource(model, LoadOptions.DEFAULT.withPlacement(placement));
                }
            }
            """)).isEmpty();
    }

    @Test
    void anApplicationCannotUsePackagesThatAreNotExported() throws IOException {
        assertThat(compile("""
            package application;

            final class Main {
                private dev.hypersd.nn.Parameters inside;
            }
            """)).contains("dev.hypersd.nn").contains("not visible");
    }

    /** Returns the messages of the compiler about an application of {@link #MODULE} and one class. */
    private String compile(String main) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources/application"));
        Path module = Files.writeString(folder.resolve("sources/module-info.java"), MODULE);
        Path source = Files.writeString(sources.resolve("Main.java"), main);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var _ = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "--module-path",
                                    modulePath(),
                                    "-d",
                                    folder.resolve("classes").toString()),
                            null,
                            files.getJavaFileObjects(module, source))
                    .call();
        }
        return said.toString();
    }

    private static String modulePath() {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String path = Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry ->
                        NEEDED.matcher(entry.replace(File.separatorChar, '/')).find())
                .collect(Collectors.joining(File.pathSeparator));
        assumeThat(path).as("classes that Maven compiled").containsPattern("core/target/classes|hypersd-core");
        return path;
    }
}
