package dev.hypersd.cli;

import dev.hypersd.lora.BlockWeights;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.LoraArithmetic;
import dev.hypersd.model.LoraArithmetic.Result;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd lora}, which computes LoRA files from others. */
@Command(
        name = "lora",
        description = "Say what a LoRA is, and make LoRA files of others.",
        footer = {
            "",
            "Examples:",
            "  hypersd lora info style.safetensors",
            "  hypersd lora merge style.safetensors:0.7 fox.safetensors:0.5 --out both.safetensors"
        },
        subcommands = {
            LoraCommand.InfoCommand.class,
            LoraMergeCommand.class,
            LoraCommand.ConvertCommand.class,
            LoraCommand.ResizeCommand.class,
            LoraCommand.ExtractCommand.class
        })
final class LoraCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: info, merge, convert, resize or extract");
    }

    /**
     * The command {@code hypersd lora info}, another name of {@code hypersd inspect} that users of other programs
     * expect.
     */
    @Command(
            name = "info",
            description = "Say what a LoRA is, without loading it: \"hypersd inspect\" by another name.",
            footer = {"", "Example:", "  hypersd lora info style.safetensors"})
    static final class InfoCommand extends InspectCommand {}

    /** The options of the resulting file. */
    static final class ResultOptions {
        @Option(names = "--out", paramLabel = "FILE", required = true, description = "Where to; a safetensors file.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path out;

        @Option(
                names = "--to",
                paramLabel = "SPELLING",
                defaultValue = "kohya",
                description =
                        "How modules are called: kohya, kohya_latent_diffusion (usual for SDXL), peft or diffusers. "
                                + "Default: kohya.")
        private Spelling spelling = Spelling.KOHYA;

        @Option(
                names = "--dtype",
                paramLabel = "TYPE",
                converter = Converters.StoredType.class,
                description = "How numbers are stored: f32, f16 or bf16. Default: as in the first file.")
        private Optional<Dtype> dtype = Optional.empty();

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description =
                        "The model that it is for. Default: SD 1.5 or SDXL as published, recognised by the LoRA's "
                                + "names.")
        private Optional<Path> model = Optional.empty();

        Result result() {
            return new Result(out, spelling, dtype);
        }

        boolean namesModel() {
            return model.isPresent();
        }

        LoraArithmetic workbench(Path lora) {
            return model.map(LoraArithmetic::of).orElseGet(() -> LoraArithmetic.guessedFor(lora));
        }
    }

    @Command(
            name = "convert",
            description = "Write a LoRA with its modules called otherwise.",
            footer = {"", "Example:", "  hypersd lora convert style.safetensors --to peft --out style-peft.safetensors"
            })
    static final class ConvertCommand implements Runnable {
        @Parameters(paramLabel = "FILE", description = "The LoRA.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path lora;

        @Mixin
        private final ResultOptions result = new ResultOptions();

        @Override
        public void run() {
            try (LoraArithmetic bench = result.workbench(lora)) {
                bench.merge(List.of(new LoraWeight(lora, 1)), BlockWeights.EVEN, result.result());
            }
        }
    }

    @Command(
            name = "resize",
            description = "Write a LoRA with a lower rank, keeping what matters most by singular values.",
            footer = {"", "Example:", "  hypersd lora resize style.safetensors --rank 16 --out small.safetensors"})
    static final class ResizeCommand implements Runnable {
        @Parameters(paramLabel = "FILE", description = "The LoRA.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path lora;

        @Option(names = "--rank", paramLabel = "N", required = true, description = "The highest rank that is left.")
        private long rank;

        @Mixin
        private final ResultOptions result = new ResultOptions();

        @Override
        public void run() {
            try (LoraArithmetic bench = result.workbench(lora)) {
                bench.resize(lora, rank, result.result());
            }
        }
    }

    @Command(
            name = "extract",
            description = "Write the difference of two models as a LoRA, as near as its rank allows.",
            footer = {
                "",
                "Example:",
                "  hypersd lora extract --base sd15 --tuned fox --rank 32 --model sd15 --out fox-lora.safetensors"
            })
    static final class ExtractCommand implements Runnable {
        @Option(
                names = "--base",
                paramLabel = "DIR|FILE",
                required = true,
                description = "The model that the LoRA is to be put on, a directory or a checkpoint.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path base;

        @Option(
                names = "--tuned",
                paramLabel = "DIR|FILE",
                required = true,
                description = "The model that is to come of it.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path tuned;

        @Option(names = "--rank", paramLabel = "N", required = true, description = "The rank of the LoRA.")
        private long rank;

        @Mixin
        private final ResultOptions result = new ResultOptions();

        @Override
        public void run() {
            try (LoraArithmetic bench = result.model.map(LoraArithmetic::of).orElseGet(() -> LoraArithmetic.of(base))) {
                bench.extract(base, tuned, rank, result.result());
            }
        }
    }
}
