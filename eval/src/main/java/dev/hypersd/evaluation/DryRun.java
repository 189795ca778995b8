package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.kernel.ProductSpeeds;
import dev.hypersd.model.ComputeEstimate;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.MemoryEstimate;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Size;
import dev.hypersd.tensor.MachineMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An estimate of the time and memory of a comparison, made before anything is loaded or drawn.
 *
 * @param missing a phrase for each file that is missing or cannot be used
 * @param costs the costs of the contestants whose models exist
 * @param rate the assumed number of operations in a second
 * @param available the memory that is available now, in bytes
 */
public record DryRun(List<String> missing, List<Cost> costs, double rate, long available) {
    /** The fraction of the rate of large matrix products that U-Nets reach (docs/performance.md). */
    private static final double SHARE = 0.7;

    /** The number of additional pictures of a prompt whose diversity is measured. */
    private static final int MORE = 3;

    /**
     * The costs of a contestant.
     *
     * @param contestant the contestant
     * @param pictures the number of pictures that it draws
     * @param size their size
     * @param operations the floating-point operations of one picture
     * @param memory the memory for the model and one batch, in bytes
     */
    public record Cost(Contestant contestant, long pictures, Size size, double operations, long memory) {
        private double seconds(double rate) {
            return pictures * operations / rate;
        }
    }

    public DryRun {
        missing = List.copyOf(missing);
        costs = List.copyOf(costs);
    }

    /**
     * Looks for all files, and estimates time and memory of the contestants whose files exist. This measures the rate
     * of a matrix product, which takes a second.
     *
     * @param missing the files that are already known to be missing
     * @param prompts the number of prompts
     */
    public static DryRun of(
            List<Contestant> contestants, ComparisonRun.Settings settings, int prompts, List<String> missing) {
        Set<String> all = new LinkedHashSet<>(missing);
        List<Cost> costs = new ArrayList<>();
        long pictures = (long) settings.seeds().size()
                * (prompts + (long) MORE * Math.min(settings.diversityPrompts(), prompts));
        for (Contestant contestant : contestants) {
            List<Path> absent =
                    files(contestant).filter(file -> !Files.exists(file)).toList();
            absent.forEach(file -> all.add("%s (for %s)".formatted(file, contestant.name())));
            if (absent.isEmpty()) {
                cost(contestant, settings.batch(), pictures, all).ifPresent(costs::add);
            }
        }
        settings.reference().filter(path -> !Files.exists(path)).ifPresent(path -> all.add(path + " (reference)"));
        return new DryRun(
                List.copyOf(all), costs, ProductSpeeds.measure().exact() * 1e9 * SHARE, MachineMemory.available());
    }

    private static Stream<Path> files(Contestant contestant) {
        ImageRequest request = contestant.request();
        return Stream.of(
                        files(contestant.model()),
                        request.loras().stream().map(lora -> lora.file()),
                        request.words().stream().map(word -> word.file()),
                        request.controls().stream().map(control -> control.network()))
                .flatMap(some -> some);
    }

    private static Stream<Path> files(ModelSource model) {
        LoadOptions options = model.options();
        return Stream.of(
                        Stream.of(model.location()),
                        options.checkpoints().stream(),
                        options.autoencoder().stream(),
                        options.refiner().stream().flatMap(DryRun::files))
                .flatMap(some -> some);
    }

    private static Optional<Cost> cost(Contestant contestant, int batch, long pictures, Set<String> missing) {
        try {
            OpenedModel model = contestant.model().open();
            Size size = contestant.size();
            ComputeEstimate compute = ComputeEstimate.of(model, size.width(), size.height());
            MemoryEstimate memory = MemoryEstimate.of(model);
            int passes = contestant.request().guidance().isOn() ? 2 : 1;
            long pixels = (long) size.width() * size.height();
            return Optional.of(new Cost(
                    contestant,
                    pictures,
                    size,
                    (double) contestant.steps() * passes * compute.step() + compute.decoding(),
                    memory.weights() + memory.drawing((long) batch * passes, pixels, batch * pixels)));
        } catch (HyperSdException e) {
            missing.add("%s (for %s)".formatted(e.getMessage(), contestant.name()));
            return Optional.empty();
        }
    }

    /** Returns several lines of text: the missing files, and time and memory of each contestant and of all together. */
    public String describe() {
        List<String> lines = new ArrayList<>();
        lines.add(missing.isEmpty() ? "Nothing is missing." : "Missing:");
        missing.forEach(file -> lines.add("  " + file));
        for (Cost cost : costs) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s, %d steps: %d pictures of %s, %.1f TFLOP each: about %s, %s",
                    cost.contestant().name(),
                    cost.contestant().steps(),
                    cost.pictures(),
                    cost.size(),
                    cost.operations() / 1e12,
                    duration(cost.seconds(rate)),
                    gib(cost.memory())));
        }
        if (!costs.isEmpty()) {
            long most = costs.stream().mapToLong(Cost::memory).max().orElseThrow();
            lines.add(String.format(
                    Locale.ROOT,
                    "In all: about %s at %.0f GFLOP/s (%.0f%% of the matrix product measured just now), without the "
                            + "judges; %s of memory at most, and %s are available%s",
                    duration(costs.stream()
                            .mapToDouble(cost -> cost.seconds(rate))
                            .sum()),
                    rate / 1e9,
                    SHARE * 100,
                    gib(most),
                    gib(available),
                    most > available ? ": NOT ENOUGH" : ""));
        }
        return lines.stream().collect(Collectors.joining("\n"));
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1 << 30));
    }

    /** Returns a duration in its two largest units. */
    static String duration(double seconds) {
        Duration time = Duration.ofSeconds((long) Math.ceil(seconds));
        if (time.toDays() > 0) {
            return "%d d %d h".formatted(time.toDays(), time.toHoursPart());
        }
        if (time.toHours() > 0) {
            return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
        }
        return time.toMinutes() > 0
                ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
                : "%d s".formatted(time.toSeconds());
    }
}
