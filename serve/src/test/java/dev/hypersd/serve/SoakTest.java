package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sends twice as many requests as the server can carry out, for {@code -Dhypersd.soak.minutes} (10 by default). Each
 * must be answered, and memory must not grow.
 */
@Tag("slow")
class SoakTest {
    private static final Duration TIME =
            Duration.ofSeconds((long) (60 * Double.parseDouble(System.getProperty("hypersd.soak.minutes", "10"))));
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    /** Requests of different sizes and models, so that few share a batch and the queue fills up. */
    private static final List<String> BODIES = List.of(
            "{\"prompt\": \"a\", \"size\": \"128x128\", \"steps\": 8, \"sampler\": \"ddim\", \"guidance\": 2}",
            "{\"prompt\": \"b\", \"size\": \"64x128\", \"steps\": 4, \"sampler\": \"tcd\", \"guidance\": 1, \"n\": 2}",
            "{\"prompt\": \"c\", \"steps\": 3, \"strength\": 0.5, \"image\": \"%s\"}"
                    .formatted(TinyServer.base64(96, 96)),
            "{\"prompt\": \"d\", \"model\": \"sd15\", \"size\": \"64x64\", \"steps\": 2, \"loras\": [{\"name\": "
                    + "\"sd15-a-kohya\"}]}",
            "{\"prompt\": \"e\", \"size\": \"63x64\"}");

    private final Map<Integer, LongAdder> answers = new ConcurrentSkipListMap<>();
    private final LongAdder lost = new LongAdder();
    private final LongAdder pictures = new LongAdder();

    @Test
    void everyRequestIsAnsweredAndMemoryStaysFlatAtTwiceTheCapacity() throws Exception {
        Limits limits = TinyServer.patient(Duration.ofSeconds(20))
                .with(new Limits.Clients(16, 16, 8, 8, Limits.DEFAULT.clients().moment()));
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withLimits(limits))) {
            double capacity = capacity(server);
            long pause = Math.round(1e9 / (2 * capacity));
            List<CompletableFuture<?>> all = new ArrayList<>();
            List<Resources> memory = new ArrayList<>();
            long began = System.nanoTime();
            long looked = began;
            for (long i = 0; System.nanoTime() - began < TIME.toNanos(); i++) {
                all.add(ask(server, i));
                if (i % 50 == 0) {
                    sessionThatLeaves(server);
                }
                if (System.nanoTime() - looked > LOOK_EVERY.toNanos()) {
                    looked = System.nanoTime();
                    all.removeIf(CompletableFuture::isDone);
                    memory.add(Resources.now());
                }
                TimeUnit.NANOSECONDS.sleep(Math.max(0, began + (i + 1) * pause - System.nanoTime()));
            }
            for (CompletableFuture<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            report(capacity, memory);
            assertThat(lost.sum()).as("requests without an answer").isZero();
            assertThat(answers.keySet())
                    .as("answers")
                    .isSubsetOf(200, 400, 429, 504)
                    .contains(200, 429);
            assertFlat(memory);
            assertThat(server.metric("hypersd_intake_bytes")).isZero();
            assertThat(server.post("/v1/images/generations", TinyServer.SHORT).statusCode())
                    .isEqualTo(200);
        }
    }

    /**
     * Returns the number of requests a second that the server can carry out, measured with a queue that is never empty
     * and never full.
     */
    private double capacity(TinyServer server) throws InterruptedException, ExecutionException {
        int number = 60;
        long began = System.nanoTime();
        List<CompletableFuture<?>> under = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            under.add(ask(server, i));
            if (under.size() >= 10) {
                under.removeFirst().get();
            }
        }
        for (CompletableFuture<?> each : under) {
            each.get();
        }
        answers.clear();
        pictures.reset();
        return number * 1e9 / (System.nanoTime() - began);
    }

    private CompletableFuture<?> ask(TinyServer server, long i) {
        return server.later("/v1/images/generations", BODIES.get((int) (i % BODIES.size())))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        lost.increment();
                    } else {
                        count(answer);
                    }
                    return answer;
                });
    }

    private void count(HttpResponse<String> answer) {
        answers.computeIfAbsent(answer.statusCode(), status -> new LongAdder()).increment();
        switch (answer.statusCode()) {
            case 200 -> pictures.add(TinyServer.json(answer).get("data").size());
            case 429 -> assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            default -> assertThat(TinyServer.message(answer)).isNotBlank();
        }
    }

    private static void sessionThatLeaves(TinyServer server) {
        try (LiveClient client = LiveClient.of(server)) {
            client.draw(1, 50);
        }
    }

    /** Compares the two later thirds; during the first, caches, pools and compiled code may grow. */
    private static void assertFlat(List<Resources> memory) {
        List<Resources> settled = memory.subList(memory.size() / 3, memory.size());
        List<Resources> early = settled.subList(0, settled.size() / 2);
        List<Resources> late = settled.subList(settled.size() / 2, settled.size());
        assertThat(median(late.stream().map(Resources::heap).toList()))
                .as("heap")
                .isLessThan(median(early.stream().map(Resources::heap).toList()) + (8 << 20));
        assertThat(median(late.stream().map(Resources::natives).toList()))
                .as("handles to native memory")
                .isLessThanOrEqualTo(
                        median(early.stream().map(Resources::natives).toList()) * 11 / 10);
        assertThat(median(late.stream().map(Resources::resident).toList()))
                .as("resident memory")
                .isLessThan(median(early.stream().map(Resources::resident).toList()) * 11 / 10);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    private void report(double capacity, List<Resources> memory) {
        System.out.printf(
                "soak of %d s: capacity %.1f requests/s, answers %s, %d pictures, %d lost%n",
                TIME.toSeconds(), capacity, answers, pictures.sum(), lost.sum());
        for (int i = 0; i < memory.size(); i += Math.max(1, memory.size() / 12)) {
            Resources each = memory.get(i);
            System.out.printf(
                    "  after %4d s: resident %d MiB, heap %d MiB, %d handles%n",
                    (i + 1) * LOOK_EVERY.toSeconds(), each.resident() >> 20, each.heap() >> 20, each.natives());
        }
    }
}
