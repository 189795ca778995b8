package dev.hypersd.serve.metrics;

import dev.hypersd.tensor.MachineMemory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The metrics of a server, in the format of Prometheus. Safe to share. */
public final class Metrics {
    /** The content type of {@link #text}: the text format of Prometheus. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Histogram drawing = new Histogram();
    private final Histogram waiting = new Histogram();
    private final LongAdder pictures = new LongAdder();
    private final LongAdder steps = new LongAdder();
    private final AtomicInteger queue = new AtomicInteger();
    private final AtomicInteger drawingNow = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();

    private volatile LongSupplier requestMemory = () -> 0;

    /** The durations of answers by route. */
    private final Map<String, Histogram> answers = new ConcurrentSkipListMap<>();

    /** The number of requests by route and status. */
    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();

    /** Sets the number of images that are being generated. */
    public void drawing(int number) {
        drawingNow.set(number);
    }

    /** Sets the source of the number of bytes that bodies and images of requests take. */
    public void requestMemory(LongSupplier bytes) {
        requestMemory = bytes;
    }

    /** Sets the number of waiting jobs. */
    public void waiting(int number) {
        queue.set(number);
    }

    /** Counts a job that started after it had waited for {@code duration}. */
    public void waited(Duration duration) {
        waiting.add(duration);
    }

    /** Counts a denoising step of {@code number} images. */
    public void steps(int number) {
        steps.add(number);
    }

    /** Counts images that were generated within {@code duration}. */
    public void drawn(int number, Duration duration) {
        pictures.add(number);
        drawing.add(duration);
    }

    /** Counts a live session that begins (1) or ends (-1), and returns how many are open. */
    public int sessions(int change) {
        return sessions.addAndGet(change);
    }

    /**
     * Counts a request that was answered.
     *
     * @param route the path as it is registered, so that the number of different values is bounded
     */
    public void answered(String route, int status, Duration duration) {
        String label = "route=\"" + route + "\"";
        answers.computeIfAbsent(label, r -> new Histogram()).add(duration);
        requests.computeIfAbsent(label + ",status=\"" + status + "\"", r -> new LongAdder())
                .increment();
    }

    /** Returns all metrics in the text format. */
    public String text() {
        StringBuilder text = new StringBuilder();
        gauge(text, "hypersd_queue_waiting", "Requests that wait to be drawn.", queue.get());
        gauge(text, "hypersd_drawing", "Pictures that are being drawn.", drawingNow.get());
        gauge(text, "hypersd_live_sessions", "Live sessions that are open.", sessions.get());
        counter(text, "hypersd_pictures_total", "Pictures drawn.", pictures.sum());
        counter(
                text,
                "hypersd_steps_total",
                "Denoising steps done, each picture's counted; its rate is steps per second.",
                steps.sum());
        head(text, "hypersd_drawing_seconds", "histogram", "From the turn of a request to its pictures.");
        text.append(drawing.text("hypersd_drawing_seconds", ""));
        head(text, "hypersd_waiting_seconds", "histogram", "From a request's arrival to its turn.");
        text.append(waiting.text("hypersd_waiting_seconds", ""));
        head(text, "hypersd_http_requests_total", "counter", "Requests answered.");
        requests.forEach(
                (labels, count) -> text.append("hypersd_http_requests_total{%s} %d\n".formatted(labels, count.sum())));
        head(text, "hypersd_http_seconds", "histogram", "From a request to its answer.");
        answers.forEach((labels, histogram) -> text.append(histogram.text("hypersd_http_seconds", labels)));
        gauge(
                text,
                "hypersd_intake_bytes",
                "Memory of clients' bodies and pictures, in bytes.",
                requestMemory.getAsLong());
        Runtime runtime = Runtime.getRuntime();
        gauge(text, "hypersd_heap_bytes", "Java heap in use.", runtime.totalMemory() - runtime.freeMemory());
        gauge(text, "hypersd_machine_memory_available_bytes", "Memory that is left.", MachineMemory.available());
        return text.toString();
    }

    private static void gauge(StringBuilder text, String name, String help, long value) {
        head(text, name, "gauge", help);
        text.append("%s %d\n".formatted(name, value));
    }

    private static void counter(StringBuilder text, String name, String help, long value) {
        head(text, name, "counter", help);
        text.append("%s %d\n".formatted(name, value));
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
    }
}
