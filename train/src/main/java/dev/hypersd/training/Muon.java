package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Momentum, orthogonalised (Jordan et al., 2024): every matrix and every convolution moves by the same amount in all the directions that
 * its gradients have, rare ones too, and needs fewer steps for it than with Adam. Vectors and embedding tables follow {@link AdamW}, whose learning rate serves
 * both because updates are scaled to the size of Adam's (Liu et al., 2025, equation 4).
 */
final class Muon implements Optimiser {
    private static final double MOMENTUM = 0.95;
    private static final double ADAM_SIZE = 0.2;

    private final OptimiserSettings settings;
    private final Block momentum;
    private final List<Matrix> matrices = new ArrayList<>();
    private final Map<String, AdamW> others = new LinkedHashMap<>();

    private record Matrix(Tensor value, Tensor gradient, Tensor momentum) {}

    Muon(OptimiserSettings settings, Block values, Block gradients, TensorArena arena) {
        this.settings = settings;
        Map<String, long[]> shapes = new LinkedHashMap<>();
        values.named().forEach((name, value) -> {
            if (isMatrix(name, value)) {
                shapes.put(name, new long[] {value.size(0), value.numel() / value.size(0)});
            } else {
                others.put(name, new AdamW(settings, value, gradients.get(name), arena));
            }
        });
        this.momentum = Block.zeros(shapes, arena);
        shapes.forEach((name, shape) -> matrices.add(new Matrix(
                arena.own(values.get(name).detach().view(shape)),
                arena.own(gradients.get(name).view(shape)),
                momentum.get(name))));
    }

    private static boolean isMatrix(String name, Tensor value) {
        return value.dim() >= 2 && !name.endsWith("embedding.weight");
    }

    @Override
    public void update(long update, double rate) {
        matrices.forEach(matrix -> TensorScope.released(() -> follow(matrix, rate)));
        others.values().forEach(other -> other.update(update, rate));
    }

    private Tensor follow(Matrix matrix, double rate) {
        Tensor remembered = matrix.momentum.lerp_(matrix.gradient, new Scalar(1 - MOMENTUM));
        Tensor ahead = matrix.gradient.lerp(remembered, new Scalar(MOMENTUM));
        double size = ADAM_SIZE * Math.sqrt(Math.max(ahead.size(0), ahead.size(1)));
        matrix.value.mul_(new Scalar(1 - rate * settings.weightDecay()));
        return matrix.value.add_(Orthogonal.of(ahead), new Scalar(-rate * size));
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        momentum.named().forEach((name, tensor) -> state.put("momentum/" + name, tensor));
        others.forEach((name, other) ->
                other.state().forEach((kind, tensor) -> state.put("%s/%s".formatted(kind, name), tensor)));
        return state;
    }
}
