package dev.hypersd.cli;

import dev.hypersd.json.Json;
import dev.hypersd.model.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd inspect}, which describes a file or directory. */
@Command(
        name = "inspect",
        description = "Say what a model, a network, a checkpoint or a LoRA is, without loading it.",
        footer = {
            "",
            "Examples:",
            "  hypersd inspect Hyper-SDXL-4steps-lora.safetensors",
            "  hypersd inspect models/tiny --json"
        })
class InspectCommand implements Runnable {
    private static final int LONGEST_METADATA = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|DIR",
            description = "A safetensors file, a model directory, or the directory of one network.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path path;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Inspection found = Inspection.of(path);
        if (json) {
            out.println(Json.MAPPER.writeValueAsString(found));
            return;
        }
        out.printf(
                "%s: %s%s%n",
                path, found.kind().title(), found.family().map(f -> " of " + f).orElse(""));
        found.parts().forEach(part -> print(out, part));
        found.adapter().ifPresent(adapter -> print(out, adapter));
        found.metadata().forEach((key, value) -> out.printf("  metadata %s: %s%n", key, shortened(value)));
    }

    private static void print(PrintWriter out, Inspection.Part part) {
        out.printf(
                Locale.ROOT,
                "  %-18s %5d tensors, %,15d parameters, %9.1f MB %s%s%s%n",
                part.name(),
                part.tensors(),
                part.count(),
                part.bytes() / 1e6,
                part.parameters().keySet(),
                part.className().isEmpty() ? "" : " " + part.className(),
                part.variant().isEmpty() ? "" : ", variant " + part.variant());
    }

    private static void print(PrintWriter out, Inspection.Adapter adapter) {
        out.printf(
                "  changes %d weights and biases; ranks %s, alpha / rank %s%n",
                adapter.modules(), adapter.ranks(), adapter.scales());
        out.println("  kinds " + counts(adapter.kinds()));
        out.println("  targets " + counts(adapter.targets()));
        if (!adapter.words().isEmpty()) {
            out.println("  textual inversions " + String.join(", ", adapter.words()));
        }
        if (!adapter.foreign().isEmpty()) {
            out.printf(
                    "  %d tensors belong to no LoRA (first: %s)%n",
                    adapter.foreign().size(), adapter.foreign().getFirst());
        }
    }

    private static String counts(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(count -> count.getKey() + ": " + count.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String shortened(String value) {
        return value.length() <= LONGEST_METADATA ? value : value.substring(0, LONGEST_METADATA) + "...";
    }
}
