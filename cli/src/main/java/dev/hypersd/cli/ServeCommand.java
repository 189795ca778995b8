package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.serve.Server;
import dev.hypersd.serve.ServerOptions;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.ServedModel;
import dev.hypersd.tensor.Engine;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code hypersd serve}, which serves pictures to other programs and a page to draw on. */
@Command(
        name = "serve",
        description =
                "Serve pictures: a page to draw on, the image API of OpenAI, that of AUTOMATIC1111's web interface, "
                        + "and live sessions.",
        footer = {
            "",
            "Examples:",
            "  hypersd serve",
            "  hypersd serve --model sd15 --lora Hyper-SD15-4steps-lora.safetensors --loras loras --port 8080",
            "  hypersd serve --host 0.0.0.0 --token-file token --allow-host pictures.example.org --access-log",
        })
final class ServeCommand implements Runnable {
    private static final long MILLION = 1_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nModel%n")
    private final ModelOptions model = new ModelOptions();

    @ArgGroup(validate = false, heading = "%nTo choose from%n")
    private final RegistryOptions registries = new RegistryOptions();

    @ArgGroup(validate = false, heading = "%nServer%n")
    private final ListenOptions listen = new ListenOptions();

    @ArgGroup(validate = false, heading = "%nClients%n")
    private final ClientOptions clients = new ClientOptions();

    /** The options that choose how much clients may ask for, and which clients are helped. */
    static final class ClientOptions {
        @Option(
                names = "--allow-origin",
                paramLabel = "ORIGIN",
                description = "A site whose pages may use the server, such as https://chat.example.org.")
        Set<String> origins = Set.of();

        @Option(
                names = "--aliases",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "Names of OpenAI's models, which some clients insist on, mean the present model; "
                        + "--no-aliases refuses them.")
        boolean aliases;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "How many cores a picture may use. Default: all; one for pictures of the model that comes with "
                                + "this program while they follow what somebody draws, because they are too small to "
                                + "share.")
        Optional<Integer> threads = Optional.empty();

        @Option(
                names = "--queue",
                paramLabel = "N",
                defaultValue = "32",
                description = "How many requests may wait. Default: 32.")
        int queue;

        @Option(
                names = "--deadline",
                paramLabel = "SECONDS",
                defaultValue = "600",
                description = "How long a request may take, waiting included. Default: 600.")
        int deadline;

        @Option(
                names = "--grace",
                paramLabel = "SECONDS",
                defaultValue = "3",
                description = "How long requests that wait are still carried out when the server is told to end. "
                        + "Default: 3.")
        int grace;

        @Option(names = "--most-steps", paramLabel = "N", defaultValue = "100", description = "Default: 100.")
        int steps;

        @Option(
                names = "--most-side",
                paramLabel = "PIXELS",
                defaultValue = "2048",
                description = "The longest side of a picture. Default: 2048.")
        int side;

        @Option(
                names = "--most-work",
                paramLabel = "MILLIONS",
                defaultValue = "268",
                description = "Pixels x pictures x steps of a request, in millions; steps of Heun and DPM++ SDE count "
                        + "twice. Default: 268, which is four pictures of 1024x1024 in 63 steps.")
        long work;
    }

    @Override
    public void run() {
        Engine.start();
        clients.threads.ifPresent(ServeCommand::useThreads);
        ModelRegistry registry = registry();
        Server server = Server.start(registry, options());
        try {
            server.awaitReady();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        listen.serve(server.port(), spec.commandLine().getErr(), server::close);
    }

    private static void useThreads(int threads) {
        if (threads < 1) {
            throw new InvalidRequestException("--threads is %d, it must be at least 1".formatted(threads));
        }
        Engine.useThreads(threads);
    }

    /** Returns what clients may name, with a default model that has a fast way of drawing if it is the embedded one. */
    ModelRegistry registry() {
        boolean isSmall = model.model.isEmpty() && System.getenv("OMP_NUM_THREADS") == null;
        LoadOptions others = model.plainOptions();
        ModelSource exact = model.source();
        model.preferSpeed();
        ModelSource source = model.source();
        OptionalInt threads = isSmall && clients.threads.isEmpty() ? OptionalInt.of(1) : OptionalInt.empty();
        return registries.registry(
                model,
                new ServedModel(source, threads, exact),
                others,
                spec.commandLine().getErr());
    }

    private ServerOptions options() {
        Limits.Generation generation = Limits.DEFAULT.generation();
        Limits.Clients usual = Limits.DEFAULT.clients();
        Limits limits = Limits.DEFAULT
                .with(new Limits.Generation(
                        clients.side,
                        clients.steps,
                        generation.maxImages(),
                        clients.work * MILLION,
                        generation.maxPromptLength(),
                        generation.maxBatchPixels(),
                        Duration.ofSeconds(clients.deadline)))
                .with(new Limits.Clients(
                        clients.queue,
                        Math.max(1, clients.queue / 4),
                        usual.maxSessions(),
                        usual.maxSessionsPerClient(),
                        usual.moment()));
        return listen.options(
                clients.origins,
                clients.aliases,
                limits,
                Duration.ofSeconds(clients.grace),
                spec.commandLine().getOut(),
                spec.commandLine().getErr());
    }
}
