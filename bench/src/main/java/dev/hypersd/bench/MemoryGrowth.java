package dev.hypersd.bench;

import dev.hypersd.json.Json;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.ImageRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Draws many pictures in one process and prints its resident set at intervals, as JSON lines, to show whether memory
 * leaks.
 */
@Command(name = "memory", sortOptions = false, mixinStandardHelpOptions = true)
final class MemoryGrowth implements Callable<Integer> {
    @Option(names = "--model", required = true, description = "Model directory.")
    private Path model = Path.of("");

    @Option(names = "--count", description = "Pictures (default ${DEFAULT-VALUE}).")
    private int count = 1000;

    @Option(names = "--every", description = "How often to look, in pictures (default ${DEFAULT-VALUE}).")
    private int every = 100;

    @Option(names = "--steps", description = "Steps of each picture (default ${DEFAULT-VALUE}).")
    private int steps = 2;

    public static void main(String... arguments) {
        System.exit(new CommandLine(new MemoryGrowth()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            for (int picture = 1; picture <= count; picture++) {
                var _ = pipeline.generate(
                        ImageRequest.of("a red boat").steps(steps).seed(picture).build());
                if (picture % every == 0) {
                    System.out.println(Json.MAPPER.writeValueAsString(
                            Map.of("pictures", picture, "resident_mib", Timing.residentMebibytes())));
                }
            }
        }
        return CommandLine.ExitCode.OK;
    }
}
