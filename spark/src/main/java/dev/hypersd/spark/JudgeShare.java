package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.tensor.Engine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;

/**
 * Judges a share of an evaluation on an executor, as {@code hypersd eval --share} does.
 *
 * @param arguments the options of {@code hypersd eval}
 */
record JudgeShare(ArrayList<String> arguments) implements Function<String, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String call(String share) {
        TaskContext task = TaskContext.get();
        Engine.useThreads(task == null ? 1 : task.cpus());
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--share", share));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = dev.hypersd.cli.Main.run(new PrintWriter(out, true), new PrintWriter(err, true), eval(all));
        if (code != 0) {
            throw new HyperSdException("share %s: %s"
                    .formatted(
                            share,
                            err.toString().lines().reduce((_, last) -> last).orElse("")));
        }
        return out.toString().strip();
    }

    /** Returns the arguments of the command that evaluates. */
    static String[] eval(List<String> options) {
        List<String> all = new ArrayList<>(List.of("eval"));
        all.addAll(options);
        return all.toArray(String[]::new);
    }
}
