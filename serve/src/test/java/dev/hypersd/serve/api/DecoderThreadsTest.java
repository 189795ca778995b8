package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DecoderThreadsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final DecoderThreads decoders = new DecoderThreads();

    @Test
    void decodingHappensOnPlatformThreads() {
        assertThat(decoders.within(LONG, "image", Thread::currentThread).isVirtual())
                .isFalse();
    }

    @Test
    void anImageThatTakesTooLongIsRefusedAndItsDecoderInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        assertThatThrownBy(() -> decoders.within(SHORT, "mask", () -> untilInterrupted(interrupted)))
                .hasMessage("mask was not decoded within 1 s: send a smaller image, or a PNG")
                .asInstanceOf(type(ApiException.class))
                .returns(ErrorCode.REQUEST_TOO_LARGE, ApiException::code);
        interrupted.await();
    }

    @Test
    void anImageThatOnlyWaitedIsNotBlamed() throws Exception {
        CountDownLatch busy = new CountDownLatch(DecoderThreads.THREADS);
        CountDownLatch end = new CountDownLatch(1);
        List<CompletableFuture<String>> others = new ArrayList<>();
        for (int i = 0; i < DecoderThreads.THREADS; i++) {
            others.add(CompletableFuture.supplyAsync(
                    () -> decoders.within(LONG, "image", () -> {
                        busy.countDown();
                        return await(end);
                    }),
                    Thread::startVirtualThread));
        }
        busy.await();
        assertThatThrownBy(() -> decoders.within(SHORT, "image", () -> "decoded"))
                .hasMessage("images of other requests are being decoded: try again in 1 s")
                .asInstanceOf(type(ApiException.class))
                .returns(ErrorCode.QUEUE_FULL, ApiException::code)
                .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(1)));
        end.countDown();
        others.forEach(CompletableFuture::join);
        assertThat(decoders.within(LONG, "image", () -> "decoded")).isEqualTo("decoded");
    }

    private static String untilInterrupted(CountDownLatch interrupted) {
        try {
            Thread.sleep(LONG);
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return "";
    }

    private static String await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return "";
    }
}
