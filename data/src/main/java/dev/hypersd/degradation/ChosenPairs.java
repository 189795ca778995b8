package dev.hypersd.degradation;

import dev.hypersd.data.CentreCrop;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.SeededRandom;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.LineFile;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set for preference learning of pairs between which people have chosen. Each line of its file is {@code
 * {"prompt": "a cat", "chosen": "1.png", "rejected": "2.png"}}, with pictures in the folder of the file or below it.
 * The rejected picture takes the place of a degraded one, and the prompt of another pair that of a wrong caption.
 *
 * @param pixels width and height to which pictures are cropped and resized
 */
public record ChosenPairs(List<Choice> choices, int pixels) implements Dataset<PreferencePair> {
    /** A pair, with the better picture first. */
    public record Choice(String prompt, Path chosen, Path rejected) {}

    public ChosenPairs {
        choices = List.copyOf(choices);
    }

    /**
     * Reads a file.
     *
     * @throws InvalidFileException if it is missing or has no pairs, if a line is malformed, or if a picture is missing
     *     or outside of its folder
     */
    public static ChosenPairs open(Path file, int pixels) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidFileException(file, "not found; it lists pairs, each with prompt, chosen and rejected");
        }
        List<Choice> choices = new ArrayList<>();
        int number = 0;
        for (String line : new LineFile(file).lines()) {
            number++;
            if (!line.isBlank()) {
                Path place = file.resolveSibling("%s, line %d".formatted(file.getFileName(), number));
                JsonObject json = Json.parse(place, line.getBytes(StandardCharsets.UTF_8));
                choices.add(new Choice(text(json, "prompt"), picture(json, "chosen"), picture(json, "rejected")));
                json.refuseUnread();
            }
        }
        if (choices.isEmpty()) {
            throw new InvalidFileException(file, "has no pairs");
        }
        return new ChosenPairs(choices, pixels);
    }

    private static String text(JsonObject json, String key) {
        return json.optionalString(key).orElseThrow(() -> json.invalid(key, "is missing"));
    }

    private static Path picture(JsonObject json, String key) {
        Path picture = json.sibling(text(json, key));
        if (!Files.isRegularFile(picture)) {
            throw json.invalid(key, "is %s, which is missing".formatted(picture));
        }
        return picture;
    }

    @Override
    public long size() {
        return choices.size();
    }

    @Override
    public PreferencePair get(long index) {
        Choice choice = choices.get(Math.toIntExact(index));
        String other = PreferencePairs.otherCaption(
                choice.prompt(), size(), i -> choices.get(i).prompt(), new SeededRandom(0, index));
        return new PreferencePair(square(choice.chosen()), choice.prompt(), square(choice.rejected()), other);
    }

    private Image square(Path picture) {
        return CentreCrop.of(Image.read(picture), pixels);
    }
}
