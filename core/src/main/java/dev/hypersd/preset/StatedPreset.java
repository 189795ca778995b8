package dev.hypersd.preset;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The settings for which a LoRA was trained, as it states them itself in the metadata of its file. {@code hypersd
 * train} writes them.
 */
public final class StatedPreset {
    /** The sampler's name. */
    public static final String SAMPLER = "hypersd.sampler";

    /** The number of steps. */
    public static final String STEPS = "hypersd.steps";

    /** The timesteps, decreasing, with commas between them, as many as steps; absent where the sampler chooses them. */
    public static final String TIMESTEPS = "hypersd.timesteps";

    /** The guidance scale, 0 for none; absent where any may be used. */
    public static final String GUIDANCE = "hypersd.guidance_scale";

    /** How much fresh noise each step adds; absent where the sampler has no such setting. */
    public static final String ETA = "hypersd.eta";

    /** The base model as kohya's trainers name it. */
    public static final String BASE = "ss_base_model_version";

    private static final System.Logger LOG = System.getLogger("dev.hypersd.preset");
    private static final Range OFF = new Range(0, 1);
    private static final Range ANY = new Range(0, 30);
    private static final double USUAL_GUIDANCE = 7.5;
    private static final int MOST_STEPS = 1000;

    private StatedPreset() {}

    /** Returns the settings that {@code file} states; empty if it states none, or cannot be read. */
    static Optional<Preset> in(Path file) {
        if (!file.toString().endsWith(".safetensors") || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            Map<String, String> metadata = opened.metadata();
            return metadata.containsKey(SAMPLER) ? Optional.of(preset(file, metadata)) : Optional.empty();
        } catch (HyperSdException e) {
            return Optional.empty(); // Who loads it says what is wrong with it.
        } catch (IllegalArgumentException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} states settings that are not used, because they are no valid ones: {1}",
                    file,
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static Preset preset(Path file, Map<String, String> metadata) {
        String name = metadata.getOrDefault(SAMPLER, "");
        if (!Samplers.names().contains(name)) {
            throw new IllegalArgumentException("there is no sampler of that name");
        }
        double steps = number(metadata, STEPS, 1, MOST_STEPS)
                .orElseThrow(() -> new IllegalArgumentException("the number of steps is missing"));
        OptionalDouble guidance = number(metadata, GUIDANCE, ANY.least(), ANY.most());
        OptionalDouble eta = number(metadata, ETA, 0, 1);
        Sampler sampler = Samplers.named(name);
        String stem = String.valueOf(file.getFileName()).replaceFirst("\\.safetensors$", "");
        return new Preset(
                "of " + stem,
                stem,
                metadata.getOrDefault(BASE, "").startsWith("sdxl") ? ModelFamily.SDXL : ModelFamily.SD15,
                Artefact.LORA,
                eta.isPresent() ? sampler.withEta(eta.getAsDouble()) : sampler,
                steps(metadata, (int) steps),
                eta.isPresent() ? new Range(1, Math.max(8, steps)) : Range.only((int) steps),
                guidance.orElse(USUAL_GUIDANCE),
                guidance.isPresent() && guidance.getAsDouble() <= 1 ? OFF : ANY);
    }

    private static Steps steps(Map<String, String> metadata, int count) {
        String text = metadata.getOrDefault(TIMESTEPS, "");
        if (text.isEmpty()) {
            return Steps.of(count);
        }
        int[] timesteps =
                Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
        if (timesteps.length != count || Arrays.stream(timesteps).anyMatch(timestep -> timestep < 0)) {
            throw new IllegalArgumentException("%s are \"%s\", in %d steps".formatted(TIMESTEPS, text, count));
        }
        try {
            return Steps.at(timesteps);
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static OptionalDouble number(Map<String, String> metadata, String key, double least, double most) {
        String text = metadata.getOrDefault(key, "");
        if (text.isEmpty()) {
            return OptionalDouble.empty();
        }
        double value = Double.parseDouble(text);
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException("%s is %s".formatted(key, value));
        }
        return OptionalDouble.of(value);
    }
}
