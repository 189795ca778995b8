package dev.hypersd.bench;

import dev.hypersd.kernel.Convolution;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
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

/**
 * Benchmarks the 3x3 convolutions of SD 1.5 at 512x512 by the implementation that this library chooses, and by the
 * engine's own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConvolutionBenchmark {
    private static final long[] ONE = {1, 1};

    /** Channels in, channels out, edge: the U-Net's, then the autoencoder's. */
    @Param({
        "320,320,64",
        "960,320,64",
        "640,640,32",
        "1280,640,32",
        "1280,1280,16",
        "2560,1280,16",
        "1280,1280,8",
        "512,512,64",
        "512,512,128",
        "256,256,256",
        "128,128,512"
    })
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
            x = arena.own(torch.randn(1, sizes[0], sizes[2], sizes[2]).contiguous(MemoryFormat.ChannelsLast));
            weight = arena.own(torch.randn(sizes[1], sizes[0], 3, 3).mul(new Scalar(1 / Math.sqrt(9.0 * sizes[0]))));
            bias = arena.own(torch.randn(sizes[1]));
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
            Convolution.apply(x, weight, Optional.of(bias), 1, 1);
            return 0;
        });
    }

    @Benchmark
    public int engine() {
        return Engine.infer(() -> {
            torch.conv2d(x, weight, new TensorOptional(bias), ONE, ONE, ONE, 1);
            return 0;
        });
    }
}
