package dev.hypersd.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which alpha counts for a module of a file in kohya's spelling. The two differ only for files whose alphas differ. */
public enum Alphas {
    /** Its own: what the file says, and what the trainers that write such files mean. */
    OWN {
        @Override
        List<LoraModule> of(List<LoraModule> modules) {
            return modules;
        }
    },

    /**
     * Its own, but for attention in the U-Net and for text encoders the one that is most frequent in the network: what diffusers
     * (seen in 0.40) makes of such files. For pictures that have to equal its pictures.
     */
    AS_DIFFUSERS {
        @Override
        List<LoraModule> of(List<LoraModule> modules) {
            Map<String, List<LoraModule>> networks = modules.stream()
                    .collect(Collectors.groupingBy(Alphas::network, LinkedHashMap::new, Collectors.toList()));
            return networks.values().stream()
                    .flatMap(network -> withFrequentAlpha(network, mostFrequent(network)))
                    .toList();
        }

        private Stream<LoraModule> withFrequentAlpha(List<LoraModule> network, double alpha) {
            return network.stream()
                    .map(m -> losesAlpha(m) ? new LoraModule(m.name(), m.delta(), alpha, m.magnitude()) : m);
        }
    };

    private static final Pattern NETWORK = Pattern.compile("lora_(unet|te\\d?)_.*");
    private static final Pattern ATTENTION = Pattern.compile(".*_attn[12]_to_(?:q|k|v|out_0)");

    /** The modules of a file, each with the alpha that counts for it. */
    abstract List<LoraModule> of(List<LoraModule> modules);

    private static String network(LoraModule module) {
        Matcher kohya = NETWORK.matcher(module.name());
        return kohya.matches() ? kohya.group(1) : "";
    }

    private static boolean losesAlpha(LoraModule module) {
        return switch (network(module)) {
            case "" -> false;
            case "unet" -> ATTENTION.matcher(module.name()).matches();
            default -> true;
        };
    }

    /** The first of the most frequent ones, where several are equally frequent. */
    private static double mostFrequent(List<LoraModule> modules) {
        Map<Double, Long> counts = modules.stream()
                .collect(Collectors.groupingBy(LoraModule::alpha, LinkedHashMap::new, Collectors.counting()));
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        return counts.entrySet().stream()
                .filter(count -> count.getValue() == most)
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
