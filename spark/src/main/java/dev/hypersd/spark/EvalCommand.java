package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The command {@code hypersd-spark eval}, which draws and judges on a cluster and reports as on one machine. */
@Command(
        name = "eval",
        description = "Draw and judge in shares on several executors, and report on the driver: the figures are those "
                + "of hypersd eval, whose options are taken. --out is a folder that all machines see.",
        footer = {
            "",
            "Example:",
            "  spark-submit ... hypersd-spark.jar eval --shares 16 --prompts captions_val2017.json:30000 "
                    + "--judges /shared/judges --model /shared/sd15 --out /shared/eval",
        })
final class EvalCommand implements Callable<Integer> {
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
        Session.with("hypersd-spark eval", true, this::judge);
        return dev.hypersd.cli.Main.run(
                spec.commandLine().getOut(), spec.commandLine().getErr(), JudgeShare.eval(arguments));
    }

    private int judge(JavaSparkContext spark) {
        return judge(spark, shares, arguments, spec.commandLine().getErr());
    }

    /** Judges all shares, and returns how many there are. */
    static int judge(JavaSparkContext spark, int shares, List<String> arguments, PrintWriter err) {
        List<String> names =
                IntStream.rangeClosed(1, shares).mapToObj(i -> i + "/" + shares).toList();
        try {
            List<String> folders = spark.parallelize(names, shares)
                    .map(new JudgeShare(new ArrayList<>(arguments)))
                    .collect();
            err.println("%d shares are judged".formatted(folders.size()));
            return folders.size();
        } catch (RuntimeException e) {
            throw e instanceof HyperSdException ? e : Causes.sentence("the evaluation", e);
        } catch (Exception e) {
            throw Causes.sentence("the evaluation", e);
        }
    }
}
