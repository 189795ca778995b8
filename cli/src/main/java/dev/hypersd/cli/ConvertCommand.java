package dev.hypersd.cli;

import dev.hypersd.lora.BlockWeights;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.pickle.PickleConversion;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command {@code hypersd convert}, which writes a model as a directory or as one file, or a file of PyTorch as a
 * safetensors file.
 */
@Command(
        name = "convert",
        description =
                "Write a model as a directory or as a checkpoint in one file, in another type if wanted; or make a "
                        + "safetensors file of any weights that PyTorch saved (.ckpt, .pt, .pth, .bin). Tensors go "
                        + "through memory one by one.",
        footer = {
            "",
            "Examples:",
            "  hypersd convert sd15 --out sd15.safetensors --dtype f16",
            "  hypersd convert fox.safetensors --config-from sd15 --out fox",
            "  hypersd convert fox.ckpt --out fox.safetensors",
        })
final class ConvertCommand implements Runnable {
    @Parameters(
            paramLabel = "DIR|FILE",
            description = "The model, a directory or a single-file checkpoint; or a file of PyTorch.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path model;

    @Mixin
    private final StoredModelOptions stored = new StoredModelOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR|FILE",
            required = true,
            description = "Where to: a file that ends in .safetensors, or a new directory.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = Converters.StoredType.class,
            description = "How numbers are stored: f32, bf16 or f16. Default: as they are.")
    private Optional<Dtype> dtype = Optional.empty();

    @Override
    public void run() {
        if (PickleConversion.takes(model)) {
            stored.refuseFor(model);
            PickleConversion.write(model, dtype, out);
            return;
        }
        new ModelConversion(stored.source(model).open(), dtype).write(List.of(), BlockWeights.EVEN, out);
    }
}
