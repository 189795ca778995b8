package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wrapper for PySpark in docs/spark.md. */
class PySparkTest {
    private static final Pattern SNIPPET = Pattern.compile("```python\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern PARAM = Pattern.compile("(\\w+) = Param\\(Params\\._dummy\\(\\), \"(\\w+)\"");

    @TempDir
    Path folder;

    /** The wrapper of PySpark finds parameters by name and gives them a list where Java has an array. */
    @Test
    void theWrapperSetsParametersByTheirNames() throws IOException {
        TextToImage draw = new TextToImage("uid of Python");
        List<String> names = new ArrayList<>();
        Matcher params = PARAM.matcher(snippet());
        while (params.find()) {
            assertThat(params.group(1)).isEqualTo(params.group(2));
            names.add(params.group(2));
        }
        assertThat(names).contains("promptCol", "model", "arguments", "format", "batchSize");
        names.forEach(name -> assertThat(draw.hasParam(name)).as(name).isTrue());
        draw.set(((StringArrayParam) (Param<?>) draw.getParam("arguments")).w(List.of("--steps", "4")));
        draw.set(draw.getParam("format").w("png"));
        draw.set(draw.getParam("batchSize").w(2));
        assertThat(draw.uid()).isEqualTo("uid of Python");
        assertThat(draw.getArguments()).containsExactly("--steps", "4");
        assertThat(draw.getFormat()).isEqualTo("png");
        assertThat(draw.getBatchSize()).isEqualTo(2);
    }

    @Test
    void theTextOfTheDocumentDrawsInPySpark() throws Exception {
        String version = org.apache.spark.package$.MODULE$.SPARK_VERSION();
        Assumptions.assumeTrue(
                python("-c", "import pyspark; assert pyspark.__version__ == '%s'".formatted(version)) == 0,
                "PySpark %s is not installed".formatted(version));
        Path script = Files.writeString(
                folder.resolve("snippet.py"),
                snippet().replace("\"pictures.parquet\"", "\"%s\"".formatted(folder.resolve("pictures.parquet")))
                        + """
                rows = spark.read.parquet("PICTURES").collect()
                assert len(rows) == 2 and all(row.error is None for row in rows), rows
                assert all(bytes(row.image[1:4]) == b"PNG" for row in rows)
                """.replace(
                                "PICTURES", folder.resolve("pictures.parquet").toString()));
        assertThat(python(script.toString())).as(Files.readString(log())).isZero();
    }

    private static String snippet() throws IOException {
        Matcher snippet = SNIPPET.matcher(Files.readString(Path.of("../docs/spark.md")));
        assertThat(snippet.find()).isTrue();
        return snippet.group(1);
    }

    private Path log() {
        return folder.resolve("log.txt");
    }

    private int python(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
        Path settings = Files.createDirectories(folder.resolve("conf"));
        Files.write(
                settings.resolve("spark-defaults.conf"),
                List.of(
                        "spark.master local[1]",
                        "spark.ui.enabled false",
                        "spark.driver.extraClassPath " + System.getProperty("java.class.path")),
                StandardCharsets.UTF_8);
        builder.environment().put("SPARK_CONF_DIR", settings.toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("OMP_NUM_THREADS", "1");
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            return 127; // There is no Python.
        }
    }
}
