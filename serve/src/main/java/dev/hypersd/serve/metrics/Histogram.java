package dev.hypersd.serve.metrics;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of durations. Safe to share. */
final class Histogram {
    private static final double[] SECONDS = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600};

    private final LongAdder[] counts = new LongAdder[SECONDS.length + 1];
    private final DoubleAdder sum = new DoubleAdder();

    Histogram() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(Duration duration) {
        double seconds = duration.toNanos() / 1e9;
        int bucket = 0;
        while (bucket < SECONDS.length && seconds > SECONDS[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(seconds);
    }

    /**
     * Returns the lines of this histogram in the text format of Prometheus.
     *
     * @param labels labels such as {@code route="/v1/models"}, or an empty text
     */
    String text(String name, String labels) {
        StringBuilder text = new StringBuilder();
        String more = labels.isEmpty() ? "" : labels + ",";
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += counts[i].sum();
            String limit = i == SECONDS.length ? "+Inf" : String.format(Locale.ROOT, "%s", SECONDS[i]);
            text.append("%s_bucket{%sle=\"%s\"} %d\n".formatted(name, more, limit, total));
        }
        String braces = labels.isEmpty() ? "" : "{" + labels + "}";
        text.append(String.format(Locale.ROOT, "%s_sum%s %s\n", name, braces, sum.sum()));
        return text.append("%s_count%s %d\n".formatted(name, braces, total)).toString();
    }
}
