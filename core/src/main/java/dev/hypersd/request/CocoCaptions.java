package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.request.PromptFile.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** Reads the captions of COCO (Lin et al., 2014): images and annotations, one by one, since there are many. */
final class CocoCaptions {
    private final Path file;

    /** The names of the images' files by the numbers of the images. */
    private final Map<Long, String> images = new TreeMap<>();

    /** Captions by the numbers of their annotations, by the numbers of their images. */
    private final Map<Long, Map<Long, String>> captions = new TreeMap<>();

    private CocoCaptions(Path file) {
        this.file = file;
    }

    /**
     * Reads an object with {@code images} and {@code annotations}, and chooses one caption of each image that has any.
     *
     * @param parser the parser at the beginning of the object
     */
    static List<Entry> read(Path file, JsonParser parser, CaptionChoice choice) {
        CocoCaptions captions = new CocoCaptions(file);
        captions.read(parser);
        return captions.chosen(choice);
    }

    private void read(JsonParser parser) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "images" -> each(parser, key, image -> images.put(number(image, key, "id"), name(image)));
                case "annotations" -> each(parser, key, this::annotation);
                default -> parser.skipChildren();
            }
        }
        if (captions.isEmpty()) {
            throw new InvalidFileException(
                    file, "has no captions: COCO's have them in a list annotations; a list of prompts begins with [");
        }
        captions.forEach((image, some) -> {
            if (!images.containsKey(image)) {
                throw new InvalidFileException(
                        file,
                        "annotation %d is of image %d, which is not among its images"
                                .formatted(some.keySet().iterator().next(), image));
            }
        });
    }

    private void each(JsonParser parser, String key, Consumer<JsonNode> use) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new InvalidFileException(file, key + " must be a list");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            use.accept(Json.value(parser));
        }
    }

    private void annotation(JsonNode node) {
        long id = number(node, "annotations", "id");
        JsonNode caption = node.path("caption");
        if (!caption.isString()) {
            throw new InvalidFileException(
                    file,
                    "annotation %d has no caption; the files of captions are named captions_*.json".formatted(id));
        }
        captions.computeIfAbsent(number(node, "annotations", "image_id"), _ -> new TreeMap<>())
                .put(id, caption.asString().strip());
    }

    private String name(JsonNode image) {
        JsonNode name = image.path("file_name");
        return name.isString() ? name.asString() : "";
    }

    private long number(JsonNode node, String list, String key) {
        JsonNode value = node.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new InvalidFileException(file, "an entry of %s has no number %s".formatted(list, key));
        }
        return value.asLong();
    }

    private List<Entry> chosen(CaptionChoice choice) {
        List<Long> order = new ArrayList<>(captions.keySet());
        if (choice.seed().isEmpty()) {
            return order.stream()
                    .map(image -> entry(image, captionsOf(image).getFirst()))
                    .toList();
        }
        Random random = new Random(choice.seed().getAsLong());
        Collections.shuffle(order, random);
        return order.stream()
                .map(image -> {
                    List<String> some = captionsOf(image);
                    return entry(image, some.get(random.nextInt(some.size())));
                })
                .toList();
    }

    /** Returns the captions of an image by the numbers of their annotations. */
    private List<String> captionsOf(long image) {
        return List.copyOf(captions.getOrDefault(image, Map.of()).values());
    }

    private Entry entry(long image, String caption) {
        return new Entry(
                GenerationOptions.of(caption),
                Optional.ofNullable(images.get(image)).filter(name -> !name.isEmpty()));
    }
}
