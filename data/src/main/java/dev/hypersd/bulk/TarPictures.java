package dev.hypersd.bulk;

import dev.hypersd.bulk.PictureShards.Contents;
import dev.hypersd.bulk.PictureShards.Packed;
import dev.hypersd.data.TarMember;
import dev.hypersd.data.TarWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tar files of pictures of the WebDataset kind, so that they are a data set of captioned pictures: a PNG, its prompt as
 * {@code .txt} and its record as {@code .json}.
 */
public final class TarPictures implements PictureShards.Format {
    private static final int LARGEST = 256 << 20;

    @Override
    public String extension() {
        return "tar";
    }

    @Override
    public Contents read(Path file) {
        Map<String, TarMember> members = new HashMap<>();
        TarMember.in(file).forEach(member -> members.put(member.name(), member));
        List<Packed> pictures = new ArrayList<>();
        members.forEach((name, member) -> {
            if (name.endsWith(".json")) {
                PictureRecord known =
                        PictureRecord.parse(member.path(), new String(member.read(LARGEST), StandardCharsets.UTF_8));
                TarMember picture = members.get(known.fileName());
                if (picture != null) {
                    pictures.add(new Packed(known, () -> picture.read(LARGEST)));
                }
            }
        });
        return new Contents(pictures, List.of());
    }

    @Override
    public void write(Path file, Contents contents) throws IOException {
        try (TarWriter tar = new TarWriter(file)) {
            for (Packed picture : contents.pictures()) {
                String key = "%08d".formatted(picture.record().number());
                tar.add(key + ".png", picture.content().get());
                // Lines would be several captions.
                String caption = picture.record().details().text().replaceAll("\\R", " ");
                tar.add(key + ".txt", caption.getBytes(StandardCharsets.UTF_8));
                tar.add(key + ".json", picture.record().line().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
