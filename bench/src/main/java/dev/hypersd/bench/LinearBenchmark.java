package dev.hypersd.bench;

import dev.hypersd.kernel.Matmul;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Benchmarks the linear layers of SD 1.5's transformer blocks at 512x512. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LinearBenchmark {
    /** The shape: tokens, input width, output width. */
    @Param({"4096,320,320", "4096,320,2560", "4096,1280,320", "1024,640,5120", "256,1280,10240", "77,768,1280"})
    public String shape = "";

    private final TensorArena arena = new TensorArena();
    private Tensor x = new Tensor();
    private Tensor weight = new Tensor();
    private Tensor bias = new Tensor();

    @Setup
    public void draw() {
        long[] sizes =
                Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray();
        Engine.infer(() -> {
            x = arena.own(torch.randn(1, sizes[0], sizes[1]));
            weight = arena.own(torch.randn(sizes[2], sizes[1]));
            bias = arena.own(torch.randn(sizes[2]));
            return 0;
        });
    }

    @TearDown
    public void free() {
        arena.close();
    }

    /** What layers compute. */
    @Benchmark
    public int chosen() {
        return Engine.infer(() -> {
            Matmul.linear(x, weight, Optional.of(bias));
            return 0;
        });
    }

    @Benchmark
    public int engine() {
        return Engine.infer(() -> {
            torch.linear(x, weight, new TensorOptional(bias));
            return 0;
        });
    }
}
