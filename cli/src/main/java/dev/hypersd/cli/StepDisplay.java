package dev.hypersd.cli;

import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.Step;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a batch of pictures on standard error. */
sealed interface StepDisplay extends GenerationListener, AutoCloseable {
    @Override
    void close();

    /**
     * Returns a progress bar on a terminal, otherwise plain lines.
     *
     * @param title the title, for example {@code "picture 2 of 4"}
     */
    static StepDisplay on(PrintWriter err, String title, Warnings warnings) {
        return System.console() != null && System.console().isTerminal()
                ? new Bar(title, warnings)
                : new Lines(err, title, warnings);
    }

    /** Prints one line for each step, for logs. */
    record Lines(PrintWriter err, String title, Warnings warnings) implements StepDisplay {
        @Override
        public void onStep(Step step) {
            err.printf(
                    Locale.ROOT,
                    "%s: step %d of %d, %.2f s a step, %.0f s left%n",
                    title,
                    step.number(),
                    step.total(),
                    seconds(step.each()),
                    seconds(step.remaining()));
        }

        @Override
        public void onWarning(String sentence) {
            warnings.say(sentence);
        }

        @Override
        public void close() {}
    }

    /** Draws a progress bar. */
    final class Bar implements StepDisplay {
        private final Warnings warnings;
        private final ProgressBar bar;

        private Bar(String title, Warnings warnings) {
            this.warnings = warnings;
            this.bar = new ProgressBarBuilder()
                    .setTaskName(title)
                    .setInitialMax(-1)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUnit(" steps", 1)
                    .continuousUpdate()
                    .clearDisplayOnFinish()
                    .build();
        }

        @Override
        public void onStep(Step step) {
            bar.maxHint(step.total());
            bar.stepTo(step.number());
            bar.setExtraMessage(String.format(Locale.ROOT, " %.2f s a step", seconds(step.each())));
        }

        @Override
        public void onWarning(String sentence) {
            warnings.say(sentence);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
