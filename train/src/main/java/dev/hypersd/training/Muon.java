package dev.hypersd.training;

import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.TrainableWeights.FlatTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Muon, orthogonalised momentum (Jordan et al., 2024): every matrix and every convolution moves by the same amount in
 * all directions of its gradients, including rare ones, and needs fewer steps than with Adam. Vectors and embedding
 * tables use {@link AdamW}; one learning rate serves both, because updates are scaled to the size of Adam's (Liu et
 * al., 2025, equation 4).
 */
final class Muon implements Optimiser {
    private static final double MOMENTUM = 0.95;
    private static final double ADAM_SIZE = 0.2;

    /** The names of embedding tables in CLIP and BERT, of which a step uses a few rows only. */
    private static final Pattern TABLE = Pattern.compile("embeddings?\\.weight$");

    private final OptimiserSettings settings;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, AdamW> others = new LinkedHashMap<>();

    Muon(OptimiserSettings settings, FlatTensors values, FlatTensors gradients, TensorArena arena) {
        this.settings = settings;
        Map<Shape, List<String>> matrices = new LinkedHashMap<>();
        values.named().forEach((name, value) -> {
            if (isMatrix(name, value)) {
                matrices.computeIfAbsent(Shape.of(value), shape -> new ArrayList<>())
                        .add(name);
            } else {
                others.put(name, new AdamW(settings, value, gradients.get(name), arena));
            }
        });
        matrices.forEach((shape, names) -> groups.add(new Group(
                shape,
                names.stream().map(name -> shape.see(values.get(name), arena)).toList(),
                names.stream()
                        .map(name -> shape.see(gradients.get(name), arena))
                        .toList(),
                arena.own(Tensors.empty(names.size(), shape.rows, shape.columns).zero_()))));
    }

    private static boolean isMatrix(String name, Tensor value) {
        return value.dim() >= 2 && value.size(0) > 1 && !TABLE.matcher(name).find();
    }

    /**
     * The shape of a weight as a matrix of outputs and inputs, where the window of a convolution is part of its inputs.
     */
    private record Shape(long rows, long columns) {
        static Shape of(Tensor weight) {
            return new Shape(weight.size(0), weight.numel() / weight.size(0));
        }

        Tensor see(Tensor weight, TensorArena arena) {
            return arena.own(weight.detach().view(rows, columns));
        }
    }

    /**
     * Matrices of one shape, which are updated together.
     *
     * @param momentum {@code [K, M, N]}
     */
    private record Group(Shape shape, List<Tensor> values, List<Tensor> gradients, Tensor momentum) {
        void forget(Tensor value) {
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i).storage_offset() == value.storage_offset()) {
                    momentum.select(0, i).zero_();
                }
            }
        }

        void follow(double rate, double weightDecay) {
            Tensor now = torch.stack(new TensorVector(gradients.toArray(Tensor[]::new)));
            momentum.lerp_(now, new Scalar(1 - MOMENTUM));
            Tensor directions = Orthogonal.of(now.lerp_(momentum, new Scalar(MOMENTUM)));
            double size = ADAM_SIZE * Math.sqrt(Math.max(shape.rows, shape.columns));
            for (int i = 0; i < values.size(); i++) {
                values.get(i)
                        .mul_(new Scalar(1 - rate * weightDecay))
                        .add_(directions.select(0, i), new Scalar(-rate * size));
            }
        }
    }

    @Override
    public void update(long update, double rate) {
        for (Group group : groups) {
            TensorScope.released(() -> {
                group.follow(rate, settings.weightDecay());
                return group;
            });
        }
        others.values().forEach(other -> other.update(update, rate));
    }

    @Override
    public void forget(Tensor value) {
        groups.forEach(group -> group.forget(value));
        others.values().stream().filter(other -> other.updates(value)).forEach(other -> other.forget(value));
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        groups.forEach(
                group -> state.put("momentum/%dx%d".formatted(group.shape.rows, group.shape.columns), group.momentum));
        others.forEach((name, other) ->
                other.state().forEach((kind, tensor) -> state.put("%s/%s".formatted(kind, name), tensor)));
        return state;
    }
}
