package dev.hypersd.recipe;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.json.Json;
import dev.hypersd.section.Section.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a run is made of, noted in its folder and in each checkpoint, so that a run that continues is known to be the
 * same.
 *
 * @param recipe all keys of the recipe with their values, also those that it leaves to their defaults
 * @param files hashes of the files that keys of the recipe name, such as the model
 * @param version the version of this program
 */
record RunIdentity(SortedMap<String, JsonNode> recipe, SortedMap<String, String> files, String version) {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");

    /** The line of a resolved recipe after which each line is a comment with the default of a key. */
    static final String DEFAULTS = "# Defaults:";

    private static final String RECIPE = "recipe";
    private static final String FILES = "files";
    private static final String VERSION = "version";

    /** Keys that say where files are. Those that matter are compared by their contents. */
    private static final Pattern PLACES =
            Pattern.compile("output|.*\\.latents|data\\.(sources\\.\\d+\\.)?(folder|webdataset)");

    /** Keys that may change in the course of a run, for they do not change what it is about. */
    private static final Pattern FREE = Pattern.compile(PLACES.pattern()
            + "|optimiser\\.(learning_rate|warm_up|end)|.*\\.learning_rate|training\\.(steps|patience"
            + "|gradient_checkpointing)|every\\..*|keep|.*\\.(sample_prompts(\\..*)?|sample_steps|guidance_scale"
            + "|spelling)");

    /** Keys that may change if the user allows it, since the run is then no longer that of either recipe. */
    private static final Pattern ALLOWABLE =
            Pattern.compile("training\\.(batch|accumulate|precision)|optimiser\\.(beta1|beta2|eps|weight_decay|clip)");

    /** Folders of networks have their files at most so deep. */
    private static final int DEPTH = 2;

    /** Returns what the run of {@code recipe} is made of, for which the files that it names are read. */
    static RunIdentity of(Recipe recipe) {
        Resolved resolved = recipe.resolved();
        SortedMap<String, String> files = new TreeMap<>();
        resolved.paths().forEach((key, path) -> {
            if (!PLACES.matcher(key).matches() && Files.exists(path)) {
                files.put(key, hash(path, recipe.output().toAbsolutePath()));
            }
        });
        @Nullable String version = RunIdentity.class.getPackage().getImplementationVersion();
        return new RunIdentity(flat(resolved.tree()), files, version == null ? "built from classes" : version);
    }

    /** Returns a hash of the weights and configurations in a file or folder, except those that the run writes. */
    private static String hash(Path path, Path output) {
        if (Files.isRegularFile(path)) {
            return Fingerprint.ofContents(path);
        }
        Fingerprint fingerprint = new Fingerprint();
        try (Stream<Path> below = Files.walk(path, DEPTH)) {
            below.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*(\\.safetensors|\\.bin|config\\.json)"))
                    .filter(file -> !file.toAbsolutePath().startsWith(output))
                    .sorted()
                    .forEach(file ->
                            fingerprint.add(path.relativize(file).toString()).add(Fingerprint.ofContents(file)));
        } catch (IOException e) {
            throw new InvalidFileException(path, "cannot be read: " + e.getMessage(), e);
        }
        return fingerprint.digits(2 * Long.BYTES);
    }

    private static SortedMap<String, JsonNode> flat(JsonNode tree) {
        SortedMap<String, JsonNode> flat = new TreeMap<>();
        flatten("", tree, flat);
        return flat;
    }

    /** Adds the values in {@code node} by their keys; in lists of sections, numbers from 0 are the keys of these. */
    private static void flatten(String path, JsonNode node, SortedMap<String, JsonNode> flat) {
        String prefix = path.isEmpty() ? "" : path + ".";
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            object.properties().forEach(entry -> flatten(prefix + entry.getKey(), entry.getValue(), flat));
        } else if (node instanceof ArrayNode list && list.get(0) instanceof ObjectNode) {
            for (int i = 0; i < list.size(); i++) {
                flatten(prefix + i, list.get(i), flat);
            }
        } else if (!(node instanceof ObjectNode)) {
            flat.put(path, node);
        }
    }

    /** Returns what a checkpoint says of its run; empty if an earlier version of this program wrote it. */
    static Optional<RunIdentity> in(Map<String, String> metadata) {
        if (!metadata.containsKey(RECIPE)) {
            return Optional.empty();
        }
        try {
            SortedMap<String, String> files = new TreeMap<>();
            Json.MAPPER
                    .readTree(metadata.getOrDefault(FILES, "{}"))
                    .properties()
                    .forEach(file -> files.put(file.getKey(), file.getValue().asString("")));
            return Optional.of(new RunIdentity(
                    flat(Json.MAPPER.readTree(metadata.get(RECIPE))),
                    files,
                    metadata.getOrDefault(VERSION, "unknown")));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Returns the metadata of checkpoints. */
    Map<String, String> metadata() {
        ObjectNode keys = Json.MAPPER.createObjectNode();
        recipe.forEach(keys::set);
        ObjectNode hashes = Json.MAPPER.createObjectNode();
        files.forEach(hashes::put);
        return Map.of(RECIPE, keys.toString(), FILES, hashes.toString(), VERSION, version);
    }

    /** Writes the recipe as one file, which can be used as such, with the defaults of all other keys in comments. */
    static void write(Path file, Resolved recipe) {
        SortedMap<String, JsonNode> defaults = flat(recipe.tree());
        defaults.keySet().removeAll(flat(recipe.given()).keySet());
        StringBuilder text = new StringBuilder(new YAMLMapper().writeValueAsString(recipe.given()));
        text.append(DEFAULTS).append('\n');
        defaults.forEach((key, value) -> text.append("# %s: %s\n".formatted(key, value)));
        Draft.write(file, text.toString());
    }

    /**
     * Names each difference to the run that is to be continued.
     *
     * @param before the identity of that run
     * @param allowed whether those are accepted that make another run of it, but do not falsify what it has learned
     * @return the keys that changed, each with its values before and now
     * @throws InvalidRequestException if a difference is not accepted
     */
    SequencedMap<String, String> differences(RunIdentity before, boolean allowed) {
        SequencedMap<String, String> changes = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        List<String> allowable = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(recipe.keySet());
        keys.addAll(before.recipe.keySet());
        for (String key : keys) {
            String now = text(recipe.get(key));
            String then = text(before.recipe.get(key));
            if (!now.equals(then) && !PLACES.matcher(key).matches() && !before.isSameFile(key, this)) {
                changes.put(key, then + " -> " + now);
                String sentence = "%s was %s and is %s".formatted(key, then, now);
                if (ALLOWABLE.matcher(key).matches()) {
                    allowable.add(sentence);
                } else if (!isFree(key)) {
                    refused.add(sentence);
                }
            }
        }
        files.forEach((key, hash) -> {
            if (!hash.equals(before.files.getOrDefault(key, hash))) {
                refused.add(key + " has other contents than before");
            }
        });
        if (!refused.isEmpty()) {
            throw new InvalidRequestException(
                    ("the run cannot continue, because that would falsify what it has learned: %s; undo that, or name"
                                    + " another output")
                            .formatted(String.join(", ", refused)));
        }
        if (!allowable.isEmpty() && !allowed) {
            throw new InvalidRequestException(
                    ("the run would continue as neither of two recipes: %s; undo that, name another output, or accept"
                                    + " it with --allow")
                            .formatted(String.join(", ", allowable)));
        }
        if (!version.equals(before.version)) {
            changes.put(VERSION, before.version + " -> " + version);
        }
        changes.forEach((key, change) ->
                LOG.log(System.Logger.Level.WARNING, "the run continues with another {0}: {1}", key, change));
        return changes;
    }

    /** Returns whether a key may change. Over a few-step LoRA, the guidance of samples is also that of the teacher. */
    private boolean isFree(String key) {
        boolean isTeachers = key.equals("finetune.guidance_scale") && recipe.containsKey("finetune.few_step_lora");
        return FREE.matcher(key).matches() && !isTeachers;
    }

    /** Returns whether a key names a file that has the same contents in both runs. */
    private boolean isSameFile(String key, RunIdentity other) {
        return files.containsKey(key) && files.get(key).equals(other.files.get(key));
    }

    private static String text(@Nullable JsonNode value) {
        return value == null ? "not set" : value.isString() ? value.asString() : value.toString();
    }
}
