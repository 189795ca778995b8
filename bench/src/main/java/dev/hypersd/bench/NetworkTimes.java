package dev.hypersd.bench;

import dev.hypersd.json.Json;
import dev.hypersd.kernel.ProductSpeeds;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tensor.WeightStorage;
import dev.hypersd.unet.Conditioning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Measures the networks of a Stable Diffusion 1.5 model directory, one after another, and prints a JSON line for each.
 * {@code bench/peers.py} does the same in Python, with the same files and the same inputs.
 */
@Command(name = "networks", sortOptions = false, mixinStandardHelpOptions = true)
final class NetworkTimes implements Callable<Integer> {
    private static final int LATENT_CHANNELS = 4;
    private static final int TEXT_CHANNELS = 768;
    private static final int TEXT_LENGTH = 77;
    private static final int VOCABULARY = 49406;

    private enum Part {
        UNET("unet", 803.3),
        VAE("vae", 2515.0),
        TAESD("taesd", 122.4),
        TEXT("text_encoder", 13.4);

        private final String folder;

        /**
         * The floating-point operations of a 512x512 picture, in billions, from which the fraction of the machine's
         * peak follows.
         */
        private final double gigaflop;

        Part(String folder, double gigaflop) {
            this.folder = folder;
            this.gigaflop = gigaflop;
        }
    }

    @Option(names = "--model", required = true, description = "Model directory, made by hypersd init --like sd15.")
    private Path model = Path.of("");

    @Option(names = "--parts", split = ",", description = "Of ${COMPLETION-CANDIDATES}; all by default.")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--threads", description = "Threads of an operation; the physical cores by default.")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--dtype",
            description = "What to compute with, as of hypersd generate: f32, bf16, f16 or int8 (default f32).",
            converter = TypeName.class)
    private Dtype dtype = Dtype.F32;

    @Option(names = "--rounds", description = "Counted rounds, after one to warm up (default ${DEFAULT-VALUE}).")
    private int rounds = 3;

    @Option(names = "--size", description = "Edge of the picture in pixels (default ${DEFAULT-VALUE}).")
    private int size = 512;

    @Option(names = "--dump", description = "Write each part's output there as raw F32, for comparison.")
    private Optional<Path> dump = Optional.empty();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new NetworkTimes())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() {
        threads.ifPresent(Engine::useThreads);
        double products = ProductSpeeds.measure().exact();
        for (Part part : parts) {
            if (Files.isDirectory(model.resolve(part.folder))) {
                System.out.println(Json.MAPPER.writeValueAsString(Engine.infer(() -> measure(part, products))));
            }
        }
        return 0;
    }

    private Map<String, Object> measure(Part part, double products) {
        try (TensorArena arena = new TensorArena()) {
            long began = System.nanoTime();
            Supplier<Tensor> forward = load(part, arena);
            double loaded = (System.nanoTime() - began) / 1e9;
            Timing timing = Timing.of(
                    rounds, () -> TensorScope.released(() -> forward.get().numel()));
            dump.ifPresent(folder -> write(folder.resolve(part.folder + ".java.f32"), forward));

            Map<String, Object> line = new LinkedHashMap<>();
            line.put("runtime", "hypersd");
            line.put("part", part.folder);
            line.put("dtype", dtype == Dtype.I8 ? "int8" : dtype.name().toLowerCase(Locale.ROOT));
            line.put("size", size);
            line.put("threads", Engine.threads());
            line.put("load_s", round(loaded));
            line.put("median_s", round(Timing.median(timing.wall())));
            line.put("best_s", round(Timing.best(timing.wall())));
            line.put("all_s", timing.wall());
            line.put("cpu_median_s", round(Timing.median(timing.cpu())));
            line.put("cpu_best_s", round(Timing.best(timing.cpu())));
            line.put("product_gflops", Math.round(products));
            if (size == 512) {
                double rate = part.gigaflop / Timing.median(timing.wall());
                line.put("share_of_product_rate", round(rate / products));
            }
            line.put("peak_rss_mib", Timing.peakMebibytes());
            return line;
        }
    }

    /** Parses the name of a type; int8 stands for I8. */
    static final class TypeName implements ITypeConverter<Dtype> {
        @Override
        public Dtype convert(String value) {
            String name = value.toUpperCase(Locale.ROOT);
            return Dtype.ofName(name.equals("INT8") ? "I8" : name)
                    .orElseThrow(() -> new TypeConversionException("\"" + value + "\" is not f32, bf16, f16 or int8"));
        }
    }

    private Placement placement() {
        return Placement.drawing(dtype, WeightStorage.CONVERTED, Device.CPU);
    }

    private Supplier<Tensor> load(Part part, TensorArena arena) {
        ModelPart files = ModelPart.in(model.resolve(part.folder));
        long edge = size / 8;
        Tensor latents = arena.own(values(1, LATENT_CHANNELS, edge, edge));
        return switch (part) {
            case UNET -> {
                var unet = files.load(NetworkType.UNET, placement(), arena).network();
                Tensor timestep = arena.own(Tensors.of(new float[] {999}, 1));
                Conditioning text = Conditioning.of(arena.own(values(1, TEXT_LENGTH, TEXT_CHANNELS)));
                yield () -> unet.forward(latents, timestep, text);
            }
            case VAE -> {
                var vae = files.load(NetworkType.AUTOENCODER_KL, placement(), arena)
                        .network();
                Tensor scaled = arena.own(vae.scale(latents));
                yield () -> vae.decode(scaled);
            }
            case TAESD -> {
                var vae = files.load(NetworkType.AUTOENCODER_TINY, placement(), arena)
                        .network();
                yield () -> vae.decode(latents);
            }
            case TEXT -> {
                var encoder =
                        files.load(NetworkType.CLIP_TEXT, placement(), arena).network();
                long[] ids = LongStream.range(0, TEXT_LENGTH)
                        .map(i -> i * 331 % VOCABULARY)
                        .toArray();
                Tensor tokens = arena.own(Tensors.of(ids, 1, TEXT_LENGTH));
                yield () -> encoder.forward(tokens).lastHiddenState();
            }
        };
    }

    /** Returns the inputs that {@code peers.py} uses too: a smooth sequence that is easily computed in any language. */
    private static Tensor values(long... shape) {
        float[] values = new float[Math.toIntExact(Shapes.count(shape))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensors.of(values, shape);
    }

    private static void write(Path file, Supplier<Tensor> forward) {
        float[] values = Engine.infer(() -> Tensors.toFloats(forward.get()));
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        try {
            Files.write(file, bytes.array());
        } catch (IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }

    private static double round(double seconds) {
        return Math.round(seconds * 1e4) / 1e4;
    }
}
