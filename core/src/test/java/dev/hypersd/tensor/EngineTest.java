package dev.hypersd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    @Test
    void allWorkRunsOnOnePlatformThread() throws InterruptedException {
        Thread[] seen = new Thread[2];
        Thread.ofVirtual()
                .start(() -> seen[0] = Engine.infer(Thread::currentThread))
                .join();
        seen[1] = Engine.call(Thread::currentThread);
        assertThat(seen[0]).isSameAs(seen[1]);
        assertThat(seen[0].isVirtual()).isFalse();
    }

    @Test
    void theEngineStartsWithoutAnError() {
        assertThatCode(() -> Engine.loadLibrary(torch.class)).doesNotThrowAnyException();
    }

    @Test
    void workInsideWorkRunsAtOnce() {
        assertThat(Engine.<Integer>infer(() -> 1 + Engine.<Integer>infer(() -> 1)))
                .isEqualTo(2);
    }

    @Test
    void inferenceRecordsNoGradients() {
        assertThat(Engine.<Boolean>infer(() ->
                        torch.ones(2).set_requires_grad(true).mul(torch.ones(2)).requires_grad()))
                .isFalse();
        assertThat(Engine.<Boolean>call(() ->
                        torch.ones(2).set_requires_grad(true).mul(torch.ones(2)).requires_grad()))
                .isTrue();
    }

    @Test
    void inferenceFreesWhatItMade() {
        Tensor made = Engine.infer(() -> torch.ones(2));
        assertThat(made.isNull()).isTrue();
    }

    @Test
    void failuresReachTheCallerAsTheyAre() {
        assertThatThrownBy(() -> Engine.infer(() -> {
                    throw new InvalidRequestException("no");
                }))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("no");
        assertThatThrownBy(() -> Engine.infer(() -> {
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("disk full")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void anInterruptIsKeptUntilTheWorkIsDone() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();
        AtomicBoolean doneBeforeReturn = new AtomicBoolean();
        AtomicBoolean interruptedAfter = new AtomicBoolean();
        Thread caller = Thread.ofPlatform().start(() -> {
            Engine.call(() -> {
                begun.countDown();
                mayEnd.await();
                done.set(true);
                return 0;
            });
            doneBeforeReturn.set(done.get());
            interruptedAfter.set(Thread.currentThread().isInterrupted());
        });
        begun.await();
        caller.interrupt();
        mayEnd.countDown();
        caller.join();
        assertThat(doneBeforeReturn).isTrue();
        assertThat(interruptedAfter).isTrue();
    }

    @Test
    void mappedWeightsDoNotCountAgainstTheJavaHeap() {
        assertThat(Engine.<Long>call(Pointer::maxPhysicalBytes)).isZero();
    }

    @Test
    void theReportNamesWhatComputes() {
        EngineReport report = EngineReport.collect();
        assertThat(report.engine()).startsWith("libtorch 2.");
        assertThat(report.blas()).matches("MKL \\d+\\..*|OpenBLAS .*");
        assertThat(report.cores()).isPositive();
        assertThat(report.threads()).isPositive();
    }

    @Test
    void aSlowBlasLeadsToAdviceAndAFastOneDoesNot() {
        assertThat(new Blas("MKL 2025.3", true, true).advice()).isEmpty();
        assumeTrue(Loader.getPlatform().endsWith("x86_64"), "MKL exists for x86-64 only");
        assertThat(new Blas("OpenBLAS 0.3.31", false, false).advice())
                .hasValueSatisfying(advice -> assertThat(advice)
                        .contains("OpenBLAS 0.3.31 multiplies matrices", "dev.hypersd:hypersd-native-", "-mkl"));
    }

    /** A program that only loads the engine. */
    static final class Load {
        public static void main(String[] arguments) {
            Engine.loadLibrary(torch.class);
        }
    }

    @Test
    @Tag("slow") // Each of the programs may unpack 780 MB.
    void programsThatStartAtOnceWithAnEmptyCacheAllLoadTheEngine(@TempDir Path cache) throws Exception {
        List<Process> programs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            programs.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-Dorg.bytedeco.openblas.load=mkl",
                            "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Load.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        for (Process program : programs) {
            assertThat(program.waitFor()).isZero();
        }
    }
}
