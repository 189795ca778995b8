package dev.hypersd.data;

import dev.hypersd.file.Draft;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes tar files {@code 00000.tar}, {@code 00001.tar} and so on, with a PNG and a text file for each sample, which
 * {@link WebDataset} and the WebDataset library read. Captions of several lines are in JSON instead. A file gets its
 * name when it is complete. Equal samples give equal files.
 *
 * @param samplesPerFile the number of samples in each file; the last may have fewer
 */
public record WebDatasetWriter(int samplesPerFile) implements DatasetWriter {
    public WebDatasetWriter {
        if (samplesPerFile < 1) {
            throw new IllegalArgumentException("a file holds at least 1 sample, not " + samplesPerFile);
        }
    }

    /** Writes 1000 samples to a file. */
    public WebDatasetWriter() {
        this(1000);
    }

    @Override
    public void fill(Path folder, Dataset<CaptionedImage> samples, Listener listener) throws IOException {
        for (long first = 0; first < samples.size(); first += samplesPerFile) {
            long end = Math.min(first + samplesPerFile, samples.size());
            try (Draft file = Draft.of(folder.resolve("%05d.tar".formatted(first / samplesPerFile)))) {
                write(file.path(), samples, first, end, listener);
                file.publish();
            }
        }
    }

    private static void write(Path file, Dataset<CaptionedImage> samples, long first, long end, Listener listener)
            throws IOException {
        try (TarWriter tar = new TarWriter(file)) {
            for (long i = first; i < end; i++) {
                add(tar, i, samples.get(i));
                listener.progressed(i + 1, samples.size());
            }
        }
    }

    private static void add(TarWriter tar, long index, CaptionedImage sample) throws IOException {
        String key = "%08d".formatted(index);
        tar.add(key + ".png", new Png().encode(sample.image(), Optional.empty()));
        boolean isPlain =
                sample.captions().stream().allMatch(caption -> caption.lines().count() == 1);
        if (isPlain) {
            tar.add(key + ".txt", String.join("\n", sample.captions()).getBytes(StandardCharsets.UTF_8));
        } else {
            ObjectNode json = Json.MAPPER.createObjectNode();
            sample.captions().forEach(json.putArray("caption")::add);
            tar.add(key + ".json", json.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
