package dev.hypersd.cli;

import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a training run on standard error. */
sealed interface TrainingDisplay extends TrainingListener, AutoCloseable {
    @Override
    void close();

    /** Returns a progress bar on a terminal, otherwise plain lines. */
    static TrainingDisplay on(PrintWriter err) {
        return System.console() != null && System.console().isTerminal() ? new Bar() : new Lines(err);
    }

    /** Prints a line at intervals, for logs. */
    final class Lines implements TrainingDisplay {
        private static final double SECONDS_A_LINE = 20;

        private final PrintWriter err;
        private long steps;
        private double seconds;
        private double loss;
        private int since;
        private double told = System.nanoTime() / 1e9;

        private Lines(PrintWriter err) {
            this.err = err;
        }

        @Override
        public void encoded(long done, long total) {
            double now = System.nanoTime() / 1e9;
            if (now - told >= SECONDS_A_LINE || done == total) {
                err.printf(Locale.ROOT, "encoded %d of %d%n", done, total);
                told = now;
            }
        }

        @Override
        public void started(long done, long all) {
            steps = all;
        }

        @Override
        public void step(StepReport report) {
            seconds += report.seconds();
            loss += report.loss();
            since++;
            if (seconds >= SECONDS_A_LINE || report.step() == steps) {
                err.printf(
                        Locale.ROOT,
                        "step %d of %d, loss %.4f, %.1f samples/s, %.0f min left%n",
                        report.step(),
                        steps,
                        loss / since,
                        report.samples() * since / seconds,
                        (steps - report.step()) * seconds / since / 60);
                seconds = 0;
                loss = 0;
                since = 0;
            }
        }

        @Override
        public void measured(long step, Map<String, Double> values) {
            err.printf(Locale.ROOT, "step %d: %s%n", step, values);
        }

        @Override
        public void close() {
            err.flush();
        }
    }

    /** Draws a progress bar. */
    final class Bar implements TrainingDisplay {
        private final ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax(-1)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUnit(" steps", 1)
                .continuousUpdate()
                .build();

        @Override
        public void encoded(long done, long total) {
            bar.maxHint(total);
            bar.stepTo(done);
            bar.setExtraMessage(" encoding");
        }

        @Override
        public void started(long done, long steps) {
            bar.setExtraMessage("");
            bar.maxHint(steps);
            bar.stepTo(done);
        }

        @Override
        public void step(StepReport report) {
            bar.stepTo(report.step());
            bar.setExtraMessage(String.format(
                    Locale.ROOT, " loss %.4f, %.1f samples/s", report.loss(), report.samples() / report.seconds()));
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
