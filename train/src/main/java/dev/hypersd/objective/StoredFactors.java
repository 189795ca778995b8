package dev.hypersd.objective;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Delta;
import dev.hypersd.lora.Factors;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraModule;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.nn.Parameter;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Reads the factors of a LoRA file, to train them further. */
record StoredFactors(Path file, LoraTargets model) {
    /**
     * Returns the factors of {@code targets}.
     *
     * @param arena the owner of the factors
     * @throws InvalidFileException if the file changes other layers or has another rank
     */
    List<Factors> of(Map<String, Parameter> targets, int rank, TensorArena arena) {
        try (Lora lora = Lora.fit(LoraFile.open(file), model)) {
            Set<Parameter> changed = new HashSet<>();
            lora.changes().forEach(change -> changed.add(change.target()));
            if (!changed.equals(new HashSet<>(targets.values()))) {
                throw new InvalidFileException(
                        file,
                        "changes %d layers, and %d are to be trained; choose the same targets to continue from it"
                                .formatted(changed.size(), targets.size()));
            }
            return Engine.infer(() -> lora.changes().stream()
                    .map(change -> factors(change.target(), change.module(), rank, arena))
                    .toList());
        }
    }

    private Factors factors(Parameter target, LoraModule module, int rank, TensorArena arena) {
        if (module.rank() != rank) {
            throw new InvalidFileException(
                    file,
                    "has the rank %d in %s, and %d is to be trained; choose the same rank to continue from it"
                            .formatted(module.rank(), module.name(), rank));
        }
        Delta.Product product = module.product();
        return new Factors(target, values(product.down(), arena), values(product.up(), arena), module.alpha());
    }

    private static Tensor values(StoredTensor stored, TensorArena arena) {
        return arena.own(TensorScope.scoped(
                () -> stored.load().to(Dtype.F32.scalarType()).clone()));
    }
}
