package dev.hypersd.cli;

import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.serve.registry.FileRegistry;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.ServedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that choose what clients may name in addition to the model. */
final class RegistryOptions {
    @Option(
            names = "--models",
            paramLabel = "DIR",
            description = "A folder of model directories and single-file checkpoints.")
    List<Path> models = new ArrayList<>();

    @Option(names = "--loras", paramLabel = "DIR", description = "A folder of LoRA files.")
    List<Path> loras = new ArrayList<>();

    @Option(names = "--controls", paramLabel = "DIR", description = "A folder of ControlNets.")
    List<Path> controls = new ArrayList<>();

    /**
     * Returns what clients may name, and says what is not offered.
     *
     * @param served the model that draws when none is named, by the options {@code model}
     * @param others how other models are loaded
     */
    ModelRegistry registry(ModelOptions model, ServedModel served, LoadOptions others, PrintWriter err) {
        ImageRequest request = model.request(model.options(), served.exact(), err);
        List<LoraWeight> weights = request.loras();
        Map<String, Path> named = new LinkedHashMap<>();
        weights.forEach(lora -> named.put(FileRegistry.name(lora.file()), lora.file()));
        if (model.model.isEmpty()) {
            EmbeddedModel.loras().values().forEach(file -> named.put(FileRegistry.name(file), file));
        }
        ModelRegistry registry = new ModelRegistry(
                served,
                weights,
                request.words(),
                others,
                FileRegistry.models(models),
                FileRegistry.loras(named, loras),
                FileRegistry.controlNets(model.model.isEmpty() ? EmbeddedModel.controls() : Map.of(), controls),
                ProgramNames.preprocessors());
        registry.warnings().forEach(new Warnings(err)::say);
        return registry;
    }
}
