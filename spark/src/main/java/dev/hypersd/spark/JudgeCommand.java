package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Statistics;
import dev.hypersd.metric.FeatureMoments;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.tensor.Engine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** A command that draws and judges on a cluster in shares, and then reports on the driver as on one machine. */
abstract sealed class JudgeCommand implements Callable<Integer> {
    /** The command {@code hypersd-spark eval}. */
    @Command(
            name = "eval",
            description = "Draw and judge in shares on several executors, and report on the driver: the figures are "
                    + "those of hypersd eval, whose options are taken. --out is a folder that all machines see.",
            footer = {
                "",
                "Example:",
                "  spark-submit ... hypersd-spark.jar eval --shares 16 --prompts captions_val2017.json:30000 "
                        + "--judges /shared/judges --model /shared/sd15 --out /shared/eval",
            })
    static final class Eval extends JudgeCommand {}

    /** The command {@code hypersd-spark compare}. */
    @Command(
            name = "compare",
            description = "Draw test prompts by every method of a recipe in shares on several executors, have the "
                    + "pictures judged, and write table and sheets on the driver, as hypersd compare does, whose "
                    + "options are taken. All machines see the recipe and its output folder.",
            footer = {
                "",
                "Example:",
                "  spark-submit ... hypersd-spark.jar compare recipe.yaml --shares 16 --set output=/shared/compare",
            })
    static final class Compare extends JudgeCommand {}

    /** The number of vectors whose moments a task computes. */
    private static final int BLOCK = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--shares",
            paramLabel = "N",
            required = true,
            description = "How many shares there are, each for a task.")
    private int shares;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        if (shares < 1) {
            throw new InvalidRequestException("--shares must be at least 1, not " + shares);
        }
        List<String> command = new ArrayList<>(List.of(spec.name()));
        command.addAll(arguments);
        return Session.with(
                "hypersd-spark " + spec.name(),
                true,
                spark -> run(
                        spark,
                        shares,
                        command,
                        spec.commandLine().getOut(),
                        spec.commandLine().getErr()));
    }

    /**
     * Judges all shares, reports, and returns the exit code.
     *
     * @param command the command of {@code hypersd} with its options
     */
    static int run(JavaSparkContext spark, int shares, List<String> command, PrintWriter out, PrintWriter err) {
        List<String> names =
                IntStream.rangeClosed(1, shares).mapToObj(i -> i + "/" + shares).toList();
        try {
            List<String> folders = spark.parallelize(names, shares)
                    .map(new JudgeShare(new ArrayList<>(command)))
                    .collect();
            err.println("%d shares are judged".formatted(folders.size()));
        } catch (Exception e) {
            throw Session.failure("judging", e);
        }
        return dev.hypersd.cli.Main.run(out, err, statistics(spark), command.toArray(String[]::new));
    }

    /** Returns what computes statistics of many features on the executors, which merge those of blocks in a tree. */
    static Statistics statistics(JavaSparkContext spark) {
        return vectors -> vectors.size() <= BLOCK ? FeatureStatistics.of(vectors) : statistics(spark, vectors);
    }

    private static FeatureStatistics statistics(JavaSparkContext spark, List<double[]> vectors) {
        List<ArrayList<double[]>> blocks = new ArrayList<>();
        for (int first = 0; first < vectors.size(); first += BLOCK) {
            blocks.add(new ArrayList<>(vectors.subList(first, Math.min(first + BLOCK, vectors.size()))));
        }
        return spark.parallelize(blocks, blocks.size())
                .map(FeatureMoments::of)
                .treeReduce(FeatureMoments::plus)
                .statistics();
    }

    /**
     * Judges a share of the prompts on an executor, as {@code hypersd eval --share} and {@code hypersd compare --share}
     * do.
     *
     * @param command the command and its options, without the share
     */
    private record JudgeShare(ArrayList<String> command) implements Function<String, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String call(String share) {
            TaskContext task = TaskContext.get();
            Engine.useThreads(task == null ? 1 : task.cpus());
            List<String> all = new ArrayList<>(command);
            all.addAll(List.of("--share", share));
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = dev.hypersd.cli.Main.run(
                    new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
            if (code != 0) {
                throw new HyperSdException("share %s: %s"
                        .formatted(
                                share,
                                err.toString().lines().reduce((_, last) -> last).orElse("")));
            }
            return out.toString().strip();
        }
    }
}
