package dev.hypersd.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses alphas as diffusers does for files in kohya's spelling: see {@link dev.hypersd.preset.Alphas#AS_DIFFUSERS}.
 */
final class FrequentAlpha {
    private static final Pattern NETWORK = Pattern.compile("lora_(unet|te\\d?)_.*");
    private static final Pattern ATTENTION = Pattern.compile(".*_attn[12]_to_(?:q|k|v|out_0)");

    private FrequentAlpha() {}

    /** Returns the modules of a file with their effective alphas. */
    static List<LoraModule> of(List<LoraModule> modules) {
        Map<String, List<LoraModule>> networks = modules.stream()
                .collect(Collectors.groupingBy(FrequentAlpha::network, LinkedHashMap::new, Collectors.toList()));
        return networks.values().stream()
                .flatMap(network -> withFrequentAlpha(network, mostFrequent(network)))
                .toList();
    }

    private static Stream<LoraModule> withFrequentAlpha(List<LoraModule> network, double alpha) {
        return network.stream()
                .map(m -> losesAlpha(m) ? new LoraModule(m.name(), m.part(), m.delta(), alpha, m.magnitude()) : m);
    }

    private static String network(LoraModule module) {
        Matcher kohya = NETWORK.matcher(module.name());
        return kohya.matches() ? kohya.group(1) : "";
    }

    private static boolean losesAlpha(LoraModule module) {
        if (module.isFull()) {
            return false;
        }
        return switch (network(module)) {
            case "" -> false;
            case "unet" -> ATTENTION.matcher(module.name()).matches();
            default -> true;
        };
    }

    /** Returns the most frequent alpha, the first where several are equally frequent. */
    private static double mostFrequent(List<LoraModule> modules) {
        Map<Double, Long> counts = modules.stream()
                .filter(module -> !module.isFull())
                .collect(Collectors.groupingBy(LoraModule::alpha, LinkedHashMap::new, Collectors.counting()));
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return counts.entrySet().stream()
                .filter(count -> count.getValue() == most)
                .findFirst()
                .map(Map.Entry::getKey)
                .orElse(1.0);
    }
}
