package dev.hypersd.bench;

import dev.hypersd.image.Image;
import dev.hypersd.model.ModelPart;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures how well an autoencoder reconstructs test scenes: the mean peak signal-to-noise ratio over all of them and
 * by style, as JSON lines.
 */
@Command(name = "reconstruction", sortOptions = false, mixinStandardHelpOptions = true)
final class Reconstruction implements Callable<Integer> {
    @Option(names = "--vae", required = true, description = "Folder of the autoencoder.")
    private Path folder = Path.of("");

    @Option(names = "--count", defaultValue = "1000", description = "Test scenes. Default: 1000.")
    private long count;

    public static void main(String... arguments) {
        System.exit(new CommandLine(new Reconstruction()).execute(arguments));
    }

    @Override
    public Integer call() {
        Scenes scenes = Scenes.of(Split.TEST, count);
        Map<String, DoubleSummaryStatistics> ratios = new TreeMap<>();
        try (TensorArena arena = new TensorArena()) {
            Autoencoder autoencoder =
                    Engine.infer(() -> ModelPart.in(folder).loadAutoencoder(Placement.of(Dtype.F32), arena));
            LongStream.range(0, count).mapToObj(scenes::get).forEach(sample -> {
                double ratio = Engine.infer(() -> TensorScope.released(() -> ratio(autoencoder, sample.image())));
                for (String group : List.of("all", style(sample))) {
                    ratios.computeIfAbsent(group, name -> new DoubleSummaryStatistics())
                            .accept(ratio);
                }
            });
        }
        ratios.forEach((group, each) -> System.out.printf(
                Locale.ROOT,
                "{\"scenes\": \"%s\", \"count\": %d, \"psnr\": %.2f}%n",
                group,
                each.getCount(),
                each.getAverage()));
        return CommandLine.ExitCode.OK;
    }

    private static String style(Sample sample) {
        return sample.scene().style().name().toLowerCase(Locale.ROOT);
    }

    /** Returns the ratio of one picture in decibels, decoded from the mean of the distribution of its latents. */
    private static double ratio(Autoencoder autoencoder, Image image) {
        Tensor pixels = ImageTensors.of(List.of(image));
        long factor = autoencoder.scaleFactor();
        long[] shape = {1, autoencoder.latentChannels(), image.height() / factor, image.width() / factor};
        Tensor decoded = autoencoder.decode(
                autoencoder.encode(pixels, () -> Tensors.empty(shape).zero_()));
        ScalarOptional black = new ScalarOptional(new Scalar(-1));
        ScalarOptional white = new ScalarOptional(new Scalar(1));
        double error = decoded.clamp(black, white).sub(pixels).square().mean().item_double();
        return 10 * Math.log10(4 / error); // Pixels span 2.
    }
}
