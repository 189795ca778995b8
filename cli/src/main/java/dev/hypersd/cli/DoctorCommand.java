package dev.hypersd.cli;

import dev.hypersd.json.Json;
import dev.hypersd.kernel.ArithmeticCheck;
import dev.hypersd.kernel.ProductSpeeds;
import dev.hypersd.tensor.EngineReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/**
 * The command {@code hypersd doctor}, which reports the libraries and the processor that compute, their speed and
 * accuracy, and what would make them faster.
 */
@Command(
        name = "doctor",
        description = "Say what computes on this machine, how fast it is, whether it computes right, and what would "
                + "make it faster.",
        footer = {"", "Example:", "  hypersd doctor --json"})
final class DoctorCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        EngineReport report = EngineReport.collect();
        ArithmeticCheck arithmetic = ArithmeticCheck.measure();
        ProductSpeeds speeds = ProductSpeeds.measure();
        List<String> advice = Stream.of(report.advice(), speeds.advice())
                .flatMap(List::stream)
                .toList();
        if (json) {
            ObjectNode node = Json.MAPPER.valueToTree(report);
            node.set("arithmetic", Json.MAPPER.valueToTree(arithmetic.accuracies()));
            node.set("products", Json.MAPPER.valueToTree(speeds.rates()));
            node.set("advice", Json.MAPPER.valueToTree(advice));
            out.println(node);
            return;
        }
        line(out, "engine", report.engine() + " on " + report.platform() + ", " + report.vectors());
        line(out, "BLAS", report.blas());
        line(out, "device", report.device());
        line(out, "threads", report.threads() + " of " + report.cores() + " cores");
        line(out, "memory", report.allocator() + ", huge pages " + report.hugePages());
        line(out, "products", speeds.describe());
        line(out, "arithmetic", arithmetic.describe());
        line(out, "Java", Runtime.version() + ", " + System.getProperty("java.vendor"));
        if (advice.isEmpty()) {
            out.println("Nothing known would make this machine faster.");
        } else {
            out.println("This would make it faster:");
            advice.forEach(sentence -> out.println("  - " + sentence));
        }
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-16s%s%n", name, value);
    }
}
