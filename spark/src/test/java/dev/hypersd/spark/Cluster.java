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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;

/**
 * A standalone cluster on loopback: a master and workers with one core each, in processes of their own, from the jars
 * on the class path of the tests. A folder with links to the jars stands for a distribution of Spark.
 */
final class Cluster implements AutoCloseable {
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
    private static final String OPTIONS = String.join(" ", OPENED)
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

    private Cluster(Path folder) throws IOException {
        this.folder = folder;
        this.home = home(Path.of("target", "spark-home").toAbsolutePath());
        int port = freePort();
        this.master = "spark://127.0.0.1:" + port;
        start("master", "org.apache.spark.deploy.master.Master", "--port", Integer.toString(port), "--webui-port", "0");
        await(port);
    }

    /** Starts a master and {@code workers} workers, whose files are in {@code folder}. */
    static Cluster start(Path folder, int workers) throws IOException {
        Cluster cluster = new Cluster(folder);
        for (int i = 0; i < workers; i++) {
            cluster.addWorker();
        }
        return cluster;
    }

    void addWorker() throws IOException {
        String name = "worker-" + processes.size();
        start(
                name,
                "org.apache.spark.deploy.worker.Worker",
                "--cores",
                "1",
                "--memory",
                "1g",
                "--webui-port",
                "0",
                "--work-dir",
                Files.createDirectories(folder.resolve(name)).toString(),
                master);
    }

    /** Returns the settings of an application on this cluster. */
    SparkConf settings() {
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
                .set("spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout", "5s");
    }

    /** Returns the executors that run at present, which are children of the workers. */
    List<ProcessHandle> executors() {
        return processes.stream()
                .flatMap(Process::descendants)
                .filter(ProcessHandle::isAlive)
                .toList();
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
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC"));
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
        List<ProcessHandle> all = new ArrayList<>(executors());
        processes.forEach(process -> all.add(process.toHandle()));
        all.forEach(ProcessHandle::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Returns the contents of a log, for messages. */
    String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
