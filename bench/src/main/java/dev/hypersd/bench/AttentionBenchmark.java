package dev.hypersd.bench;

import dev.hypersd.kernel.Attention;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
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

/** Benchmarks the attention layers of SD 1.5 at 512x512. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AttentionBenchmark {
    /**
     * The shape: heads, queries, keys, width of a head. First the U-Net's self-attention and cross-attention, then the
     * autoencoder's.
     */
    @Param({"8,4096,4096,40", "8,1024,1024,80", "8,256,256,160", "8,4096,77,40", "8,1024,77,80", "1,4096,4096,512"})
    public String shape = "";

    private final TensorArena arena = new TensorArena();
    private Tensor query = new Tensor();
    private Tensor key = new Tensor();
    private Tensor value = new Tensor();
    private long heads;

    @Setup
    public void draw() {
        long[] sizes =
                Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray();
        heads = sizes[0];
        Engine.infer(() -> {
            query = arena.own(torch.randn(1, sizes[1], heads * sizes[3]));
            key = arena.own(torch.randn(1, sizes[2], heads * sizes[3]));
            value = arena.own(torch.randn(1, sizes[2], heads * sizes[3]));
            return 0;
        });
    }

    @TearDown
    public void free() {
        arena.close();
    }

    @Benchmark
    public int chosen() {
        return Engine.infer(() -> {
            Attention.apply(query, key, value, heads);
            return 0;
        });
    }
}
