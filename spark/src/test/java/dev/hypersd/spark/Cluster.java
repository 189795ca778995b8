package dev.hypersd.spark;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A standalone cluster on loopback: a master and two workers with one core each, in processes of their own, from the
 * jars on the class path of the tests. A folder with links to the jars stands for a distribution of Spark. The classes
 * of a run share the cluster, and its executors as long as they ask for the same settings.
 */
final class Cluster implements AutoCloseable {
    /** Gives the cluster of the run to the methods of a test class that have it as a parameter. */
    static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Cluster.class;
        }

        @Override
        public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
            // What is in the store of the root is closed after the last class.
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(Cluster.class, _ -> Cluster.start(), Cluster.class);
        }
    }

    static final int WORKERS = 2;

    private static final List<String> OPENED = Stream.of(
                    "java.lang",
                    "java.lang.invoke",
                    "java.lang.reflect",
                    "java.io",
                    "java.net",
                    "java.nio",
                    "java.util",
                    "java.util.concurrent",
                    "sun.nio.ch")
            .map(name -> "--add-opens=java.base/%s=ALL-UNNAMED".formatted(name))
            .toList();

    /** Processes of the tests live for a minute, in which the second compiler takes more time than it saves. */
    private static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private static final String OPTIONS = String.join(" ", OPENED) + " " + String.join(" ", SHORT_LIVED)
            + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
            + " -Dorg.bytedeco.openblas.load=mkl -Xss4m";
    private static final List<Path> ENTRIES = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath())
            .toList();
    private static final String CLASS_PATH =
            ENTRIES.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    private static final int PATIENCE_SECONDS = 60;

    private final Path folder;
    private final Path home;
    private final String master;
    private final List<Process> processes = new ArrayList<>();

    private Optional<JavaSparkContext> connection = Optional.empty();
    private Map<String, String> changes = Map.of();

    private Cluster(Path folder) throws IOException {
        this.folder = folder;
        this.home = home(Path.of("target", "spark-home").toAbsolutePath());
        int port = freePort();
        this.master = "spark://127.0.0.1:" + port;
        start("master", "org.apache.spark.deploy.master.Master", "--port", Integer.toString(port), "--webui-port", "0");
        await(port);
        for (int i = 1; i <= WORKERS; i++) {
            start(
                    "worker-" + i,
                    "org.apache.spark.deploy.worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--webui-port",
                    "0",
                    "--work-dir",
                    Files.createDirectories(folderOfWorker(i)).toString(),
                    master);
        }
    }

    private static Cluster start() {
        try {
            return new Cluster(Files.createTempDirectory("hypersd-cluster"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the folder in which a worker, from 1, has those of its executors, each two levels below. */
    Path folderOfWorker(int worker) {
        return folder.resolve("worker-" + worker);
    }

    /** Returns the connection to executors with the usual settings. */
    JavaSparkContext connection() {
        return connection(Map.of());
    }

    /** Returns the connection to executors with other settings; that with the settings before is closed. */
    JavaSparkContext connection(Map<String, String> changes) {
        if (connection.isEmpty() || !this.changes.equals(changes)) {
            disconnect();
            SparkConf settings = settings();
            changes.forEach(settings::set);
            connection = Optional.of(new JavaSparkContext(settings));
            this.changes = changes;
        }
        return connection.get();
    }

    /** Waits until all workers have an executor, as after one was killed. */
    void awaitExecutors() {
        JavaSparkContext spark = connection();
        // The driver counts as one.
        for (int i = 0;
                i < PATIENCE_SECONDS * 10
                        && spark.sc().getExecutorMemoryStatus().size() <= WORKERS;
                i++) {
            pause();
        }
    }

    /** Closes the connection, and with it the executors. */
    void disconnect() {
        connection.ifPresent(JavaSparkContext::close);
        connection = Optional.empty();
    }

    private SparkConf settings() {
        return new SparkConf()
                .setMaster(master)
                .setAppName("tests")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false")
                .set("spark.executor.memory", "512m")
                .set("spark.executor.cores", "1")
                .set("spark.executor.extraClassPath", CLASS_PATH)
                .set("spark.executor.extraJavaOptions", OPTIONS)
                .set("spark.executorEnv.OMP_NUM_THREADS", "1")
                .set("spark.excludeOnFailure.enabled", "true")
                // Compiling the few small queries takes longer than interpreting them.
                .set("spark.sql.codegen.wholeStage", "false")
                .set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                // The failures of one test exclude no executor from the next.
                .set("spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1000")
                .set("spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout", "5s");
    }

    /** Returns the executors that run at present, which are children of the workers. */
    List<ProcessHandle> executors() {
        return processes.stream()
                .flatMap(Process::descendants)
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    /**
     * Returns the process of the executor that Spark calls {@code id}, which works in a folder of that name. Its
     * arguments, with the class path among them, are too long for {@link ProcessHandle.Info}.
     */
    ProcessHandle executor(String id) {
        return executors().stream()
                .filter(process -> folderOf(process).endsWith(id))
                .findFirst()
                .orElseThrow();
    }

    private static Path folderOf(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
        } catch (IOException e) {
            return Path.of(""); // It has ended meanwhile.
        }
    }

    /** Links the jars of the class path into a folder as a distribution has them. */
    private static Path home(Path home) throws IOException {
        Path jars = Files.createDirectories(home.resolve("jars"));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("RELEASE"), "Spark from Maven\n");
        for (Path jar : ENTRIES) {
            Path link = jars.resolve(jar.getFileName());
            if (jar.toString().endsWith(".jar") && !Files.exists(link)) {
                Files.createSymbolicLink(link, jar);
            }
        }
        return home;
    }

    private void start(String name, String type, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.addAll(SHORT_LIVED);
        command.addAll(OPENED);
        command.addAll(List.of("-cp", CLASS_PATH, type, "--host", "127.0.0.1"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        processes.add(builder.start());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void await(int port) {
        for (int i = 0; i < PATIENCE_SECONDS * 10; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                pause();
            }
        }
        throw new IllegalStateException("the master did not start within %d seconds".formatted(PATIENCE_SECONDS));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        disconnect();
        List<ProcessHandle> all = new ArrayList<>(executors());
        processes.forEach(process -> all.add(process.toHandle()));
        all.forEach(ProcessHandle::destroyForcibly);
        for (Process process : processes) {
            try {
                process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> innermostFirst =
                    new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList());
            for (Path file : innermostFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
