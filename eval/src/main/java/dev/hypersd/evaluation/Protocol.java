package dev.hypersd.evaluation;

import dev.hypersd.json.Json;
import dev.hypersd.request.CaptionChoice;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Everything that figures depend on apart from the model. Figures of different protocols cannot be compared, even if
 * they have the same name.
 *
 * @param prompts the prompts
 * @param seeds the seeds of the pictures
 * @param sizes the sizes of the pictures, such as {@code 512x512}
 * @param judges the fingerprint of each judge's files, by the judge's name
 * @param preparations the way in which pictures are prepared for each judge, by the judge's name
 * @param reference the pictures to which distances are measured; empty if there are none
 * @param program the version of this program, by which protocols are not distinguished
 */
public record Protocol(
        Prompts prompts,
        List<Long> seeds,
        Set<String> sizes,
        SequencedMap<String, String> judges,
        SequencedMap<String, String> preparations,
        String reference,
        String program) {
    /**
     * The prompts of an evaluation.
     *
     * @param source {@code test}, or the name of a file
     * @param captions the choice of captions, for a file of images with several captions each
     * @param count the number of prompts
     * @param fingerprint a hash of the texts of the prompts
     */
    public record Prompts(String source, Optional<CaptionChoice> captions, int count, String fingerprint) {
        static Prompts of(PromptSet prompts) {
            return new Prompts(
                    prompts.source(), prompts.captions(), prompts.prompts().size(), prompts.fingerprint());
        }
    }

    private static final String NONE = "nothing";

    public Protocol {
        seeds = List.copyOf(seeds);
        sizes = new TreeSet<>(sizes);
    }

    /** Returns the protocol of judgements by {@code judges} of pictures of {@code prompts}. */
    public static Protocol of(
            PromptSet prompts,
            List<Long> seeds,
            List<Contestant> contestants,
            Judges judges,
            ReferenceImages references,
            String program) {
        return new Protocol(
                Prompts.of(prompts),
                seeds,
                contestants.stream()
                        .map(contestant -> contestant.size().toString())
                        .collect(Collectors.toCollection(TreeSet::new)),
                judges.fingerprints(),
                judges.preparations(),
                references.features().map(ReferenceFeatures::name).orElse(NONE),
                program);
    }

    ObjectNode json() {
        ObjectNode node = Json.MAPPER.createObjectNode();
        ObjectNode drawn = node.putObject("prompts");
        drawn.put("source", prompts.source()).put("count", prompts.count()).put("fingerprint", prompts.fingerprint());
        prompts.captions().ifPresent(choice -> drawn.put("captions", choice.toString()));
        seeds.forEach(node.putArray("seeds")::add);
        sizes.forEach(node.putArray("sizes")::add);
        ObjectNode all = node.putObject("judges");
        judges.forEach((name, fingerprint) -> {
            ObjectNode judge = all.putObject(name).put("fingerprint", fingerprint);
            if (preparations.containsKey(name)) {
                judge.put("preparation", preparations.get(name));
            }
        });
        return node.put("reference", reference).put("program", program);
    }

    private static String chosen(CaptionChoice captions) {
        return captions.equals(CaptionChoice.FIRST)
                ? ", the caption with the lowest number of each image"
                : ", any caption of each image (%s)".formatted(captions);
    }

    /** Returns the protocol as a list in Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("- prompts: %s, %d%s, fingerprint %s"
                .formatted(
                        prompts.source(),
                        prompts.count(),
                        prompts.captions().map(Protocol::chosen).orElse(""),
                        prompts.fingerprint()));
        lines.add("- pictures: %s, seeds %s"
                .formatted(
                        String.join(", ", sizes),
                        seeds.stream().map(String::valueOf).collect(Collectors.joining(", "))));
        judges.forEach((name, fingerprint) -> lines.add("- judge %s: fingerprint %s%s"
                .formatted(
                        name,
                        fingerprint,
                        preparations.containsKey(name) ? ", pictures " + preparations.get(name) : "")));
        lines.add("- distances to: " + reference);
        lines.add("- program: " + program);
        return String.join("\n", lines);
    }

    /**
     * Returns a phrase for each difference between two protocols. Prompts are compared by their texts, not by the place
     * of their file, and only judges that both protocols have are compared. The version of the program and the seeds
     * are not compared.
     *
     * @param other the JSON form of the other protocol
     */
    List<String> differences(JsonNode other) {
        JsonNode own = json();
        List<String> differences = new ArrayList<>();
        for (String pointer : List.of("/prompts/count", "/prompts/fingerprint", "/sizes", "/reference")) {
            differ(own.at(pointer), other.at(pointer), pointer).ifPresent(differences::add);
        }
        Set<String> common = new LinkedHashSet<>(judges.keySet());
        common.retainAll(other.path("judges").propertyNames());
        for (String judge : common) {
            for (Map.Entry<String, JsonNode> entry :
                    own.path("judges").path(judge).properties()) {
                String pointer = "/judges/%s/%s".formatted(judge, entry.getKey());
                differ(entry.getValue(), other.at(pointer), pointer).ifPresent(differences::add);
            }
        }
        return differences;
    }

    private static Optional<String> differ(JsonNode own, JsonNode other, String pointer) {
        return own.equals(other)
                ? Optional.empty()
                : Optional.of("%s is %s and was %s"
                        .formatted(pointer.substring(1).replace('/', ' '), own, other.isMissingNode() ? NONE : other));
    }
}
