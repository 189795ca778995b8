package dev.hypersd.serve.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DecoderThreadsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static final Sender A = from("127.0.0.1");

    private final DecoderThreads decoders = new DecoderThreads();

    private static Sender from(String address) {
        return new Sender(Network.of(address), () -> false);
    }

    @Test
    void decodingHappensOnPlatformThreads() {
        assertThat(decoders.within(A, LONG, "image", Thread::currentThread).isVirtual())
                .isFalse();
    }

    @Test
    void anImageThatTakesTooLongIsRefusedAndItsDecoderInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        assertThatThrownBy(() -> decoders.within(A, SHORT, "mask", () -> untilInterrupted(interrupted)))
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
            Sender other = from("10.0.0." + i);
            others.add(CompletableFuture.supplyAsync(
                    () -> decoders.within(other, LONG, "image", () -> {
                        busy.countDown();
                        return await(end);
                    }),
                    Thread::startVirtualThread));
        }
        busy.await();
        assertThatThrownBy(() -> decoders.within(A, SHORT, "image", () -> "decoded"))
                .hasMessage("images of other requests are being decoded: try again in 1 s")
                .asInstanceOf(type(ApiException.class))
                .returns(ErrorCode.QUEUE_FULL, ApiException::code)
                .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(1)));
        end.countDown();
        others.forEach(CompletableFuture::join);
        assertThat(decoders.within(A, LONG, "image", () -> "decoded")).isEqualTo("decoded");
    }

    @Test
    void manyImagesOfOneAddressLeaveAThreadForOthers() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        List<CompletableFuture<String>> greedy = new ArrayList<>();
        for (int i = 0; i < 2 * DecoderThreads.THREADS; i++) {
            greedy.add(CompletableFuture.supplyAsync(
                    () -> decoders.within(A, LONG, "image", () -> {
                        busy.countDown();
                        return await(end);
                    }),
                    Thread::startVirtualThread));
        }
        busy.await();
        assertThat(decoders.within(from("10.0.0.1"), Duration.ofSeconds(2), "image", () -> "polite"))
                .isEqualTo("polite");
        assertThat(greedy).noneMatch(CompletableFuture::isDone);
        end.countDown();
        greedy.forEach(CompletableFuture::join);
    }

    @Test
    void theImageOfASenderThatLeavesIsNotDecodedFurther() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicBoolean left = new AtomicBoolean();
        assertThatThrownBy(() -> decoders.within(new Sender(Network.of("127.0.0.1"), left::get), LONG, "image", () -> {
                    left.set(true);
                    return untilInterrupted(interrupted);
                }))
                .asInstanceOf(type(ApiException.class))
                .returns(ErrorCode.CANCELLED, ApiException::code);
        assertThat(interrupted.await(1, TimeUnit.SECONDS)).isTrue();
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(
                () -> decoders.within(A, LONG, "image", () -> {
                    begun.countDown();
                    return await(never);
                }),
                Thread::startVirtualThread);
        begun.await();
        assertThatThrownBy(() ->
                        decoders.within(new Sender(Network.of("127.0.0.1"), () -> true), LONG, "image", () -> "b"))
                .as("who leaves while it waits for its turn")
                .hasMessage("the request was cancelled");
        never.countDown();
        assertThat(first.join()).isEmpty();
    }

    @Test
    void aServerThatEndsInterruptsDecodersAndStartsNone() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        assertThatThrownBy(() -> decoders.within(A, LONG, "image", () -> {
                    decoders.close();
                    untilInterrupted(interrupted);
                    throw new IllegalStateException("interrupted");
                }))
                .hasMessage("the server is shutting down");
        assertThat(interrupted.await(1, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> decoders.within(A, LONG, "image", () -> "late"))
                .asInstanceOf(type(ApiException.class))
                .returns(ErrorCode.SHUTTING_DOWN, ApiException::code);
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
