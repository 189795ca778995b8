package dev.hypersd.serve.api;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a graph of ComfyUI says about sampling, in one node or in several.
 *
 * @param seed the seed as it is written
 * @param steps the number of steps that are taken
 * @param strength the share of the schedule that these are
 * @param guidance the guidance scale
 * @param sampler the name of the sampler in ComfyUI
 * @param schedule the name of the schedule in ComfyUI
 * @param node the node that names the sampler
 * @param negative empty where guidance is off
 */
record ComfySampling(
        String seed,
        int steps,
        double strength,
        double guidance,
        String sampler,
        String schedule,
        ComfyGraph.Node node,
        ComfyGraph.Node model,
        ComfyGraph.Node positive,
        Optional<ComfyGraph.Node> negative,
        ComfyGraph.Node latents) {

    /** Reads a node that samples. */
    static ComfySampling of(ComfyGraph.Node node) {
        return switch (node.type()) {
            case "KSampler" -> whole(node, "seed", node.whole("steps", 1), node.number("denoise", 1));
            case "KSamplerAdvanced" -> {
                Part part = Part.of(node, node.whole("steps", 1), node.whole("start_at_step", 0));
                if (node.whole("end_at_step", Integer.MAX_VALUE) < node.whole("steps", 1)) {
                    node.warn("end_at_step has no effect");
                }
                yield whole(node, "noise_seed", part.steps(), part.strength());
            }
            case "SamplerCustomAdvanced" -> custom(node);
            default -> throw node.unsupported("a sampler");
        };
    }

    private static ComfySampling whole(ComfyGraph.Node node, String seed, int steps, double strength) {
        return new ComfySampling(
                seed(node, seed),
                steps,
                strength,
                node.number("cfg", 1),
                node.text("sampler_name"),
                schedule(node),
                node,
                node.link("model"),
                node.link("positive"),
                Optional.of(node.link("negative")),
                node.link("latent_image"));
    }

    private static ComfySampling custom(ComfyGraph.Node node) {
        ComfyGraph.Node noise = required(node.link("noise"), "RandomNoise", "noise");
        ComfyGraph.Node sampler = required(node.link("sampler"), "KSamplerSelect", "the name of a sampler");
        ComfyGraph.Node guider = node.link("guider");
        boolean isGuided = guider.type().equals("CFGGuider");
        if (!isGuided) {
            required(guider, "BasicGuider", "guidance");
        }
        ComfyGraph.Node sigmas = node.link("sigmas");
        int start = 0;
        if (sigmas.type().equals("SplitSigmas") && sigmas.output() == 1) {
            start = sigmas.whole("step", 0);
            sigmas = sigmas.link("sigmas");
        }
        required(sigmas, "BasicScheduler", "a schedule");
        Part part = Part.of(sigmas, sigmas.whole("steps", 1), start);
        return new ComfySampling(
                seed(noise, "noise_seed"),
                part.steps(),
                part.strength() * sigmas.number("denoise", 1),
                isGuided ? guider.number("cfg", 1) : 1,
                sampler.text("sampler_name"),
                schedule(sigmas),
                sampler,
                guider.link("model"),
                guider.link(isGuided ? "positive" : "conditioning"),
                isGuided ? Optional.of(guider.link("negative")) : Optional.empty(),
                node.link("latent_image"));
    }

    /** The last steps of a schedule, and which share of it they are. */
    private record Part(int steps, double strength) {
        static Part of(ComfyGraph.Node node, int steps, int start) {
            if (start < 0 || start >= Math.max(1, steps)) {
                throw node.invalid("of %d steps none is left from step %d on".formatted(steps, start));
            }
            return new Part(steps - start, (double) (steps - start) / Math.max(1, steps));
        }
    }

    private static ComfyGraph.Node required(ComfyGraph.Node node, String type, String what) {
        if (!node.type().equals(type)) {
            throw node.unsupported(what);
        }
        return node;
    }

    private static String seed(ComfyGraph.Node node, String input) {
        return node.value(input)
                .map(seed -> seed.asString(""))
                .orElseThrow(() -> node.invalid("its input %s is missing".formatted(input)));
    }

    private static String schedule(ComfyGraph.Node node) {
        return node.value("scheduler").map((JsonNode name) -> name.asString("")).orElse("");
    }
}
