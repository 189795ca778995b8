package dev.hypersd.cli;

import dev.hypersd.cli.LoraCommand.ResultOptions;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.model.LoraArithmetic;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.LoraReference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code hypersd lora merge}, which writes the sum of LoRAs as a LoRA, or merges it into a model. */
@Command(
        name = "merge",
        description =
                "Add several LoRAs up to one, whose rank is the sum of theirs, or with --into add them to a model. "
                        + "Nothing is lost.",
        footer = {
            "",
            "Examples:",
            "  hypersd lora merge style.safetensors:0.7 fox.safetensors:0.5 --out both.safetensors",
            "  hypersd lora merge style.safetensors --block unet.down_blocks=0.5 --block text_encoder=0 --into sd15 "
                    + "--out styled.safetensors"
        })
final class LoraMergeCommand implements Runnable {
    @Parameters(
            paramLabel = "FILE[:WEIGHT]",
            arity = "1..*",
            converter = Converters.Lora.class,
            description = "The LoRAs, each with how strongly it counts, 1 unless given.")
    private List<Optional<LoraReference>> loras = List.of();

    @Option(
            names = "--block",
            paramLabel = "NAME=FACTOR",
            description = "How strongly they count in a part of the model besides: text_encoder, unet.down_blocks.1, "
                    + "unet.mid_block ... The longest name counts; may be given several times.")
    private Map<String, Double> blocks = new LinkedHashMap<>();

    @Option(
            names = "--into",
            paramLabel = "DIR|FILE",
            description = "Write this model with the LoRAs in its weights, a directory or a file, as --out says.")
    private Optional<Path> into = Optional.empty();

    @Mixin
    private final StoredModelOptions stored = new StoredModelOptions();

    @Mixin
    private final ResultOptions result = new ResultOptions();

    @Override
    public void run() {
        List<LoraWeight> sources = loras.stream()
                .flatMap(Optional::stream)
                .map(lora -> new LoraWeight(Path.of(lora.name()), lora.weight().orElse(1)))
                .toList();
        if (sources.isEmpty()) {
            throw new InvalidRequestException("\"none\" cannot be merged: name the file of a LoRA");
        }
        BlockWeights weights = new BlockWeights(blocks);
        if (into.isPresent()) {
            if (result.namesModel()) {
                throw new InvalidRequestException("--model and --into both name the model; leave --model out");
            }
            new ModelConversion(
                            stored.source(into.get()).open(), result.result().dtype())
                    .write(sources, weights, result.result().file());
            return;
        }
        try (LoraArithmetic bench = result.workbench(sources.getFirst().file())) {
            bench.merge(sources, weights, result.result());
        }
    }
}
