package dev.hypersd.data;

import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Captions without their pictures: those of a data set, or of a list of prompts. */
public final class CaptionList {
    private CaptionList() {}

    /**
     * Reads the captions that {@code name} names: a folder of captioned pictures, tar files of the WebDataset kind, or
     * a list of prompts, see {@link PromptFile}. Broken samples are left out.
     *
     * @throws dev.hypersd.error.InvalidFileException if there are none
     */
    public static List<String> of(String name) {
        if (name.contains(".tar")) {
            return captions(WebDataset.open(name));
        }
        return Files.isDirectory(Path.of(name))
                ? captions(ImageFolder.open(Path.of(name)))
                : PromptFile.named(name, Optional.empty()).entries().stream()
                        .flatMap(entry -> entry.options().get(Option.PROMPT).stream())
                        .toList();
    }

    private static List<String> captions(Dataset<CaptionedImage> samples) {
        LongFunction<Stream<String>> caption = number -> {
            try {
                return samples.origin(number).stream().flatMap(origin -> origin.contents().get().captions().stream());
            } catch (BrokenSampleException e) {
                return Stream.empty();
            }
        };
        return LongStream.range(0, samples.size())
                .mapToObj(caption)
                .flatMap(found -> found)
                .toList();
    }
}
