package dev.hypersd.data;

import dev.hypersd.file.Draft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes PNG files and {@code metadata.jsonl} with the keys {@code file_name} and {@code text}, which {@link
 * ImageFolder} and Hugging Face's {@code imagefolder} loader read. The metadata are written last, so a folder that has
 * them is complete.
 */
public record ImageFolderWriter() implements DatasetWriter {
    @Override
    public void fill(Path folder, Dataset<CaptionedImage> samples, Listener listener) throws IOException {
        List<String> lines = new ArrayList<>();
        for (long i = 0; i < samples.size(); i++) {
            CaptionedImage sample = samples.get(i);
            String name = "%08d.png".formatted(i);
            sample.image().write(folder.resolve(name));
            lines.add(new MetadataLine(name, sample.captions()).line());
            listener.progressed(i + 1, samples.size());
        }
        try (Draft metadata = Draft.of(folder.resolve(MetadataLine.FILE))) {
            Files.write(metadata.path(), lines);
            metadata.publish();
        }
    }
}
