package dev.hypersd.bulk;

import dev.hypersd.bulk.BatchDrawing.Prepared;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.data.TarMember;
import dev.hypersd.data.TarWriter;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Pictures in tar files of the WebDataset kind, {@code 00000.tar} and so on, one for each section: a PNG, its prompt as
 * {@code .txt} and its record as {@code .json}. Until a section is complete its pictures are files in a hidden folder,
 * so that an interrupted run continues within it.
 */
public final class PictureShards implements PictureStore {
    /** The number of pictures in a tar file. */
    public static final int SIZE = 1000;

    private static final int LARGEST = 256 << 20;

    private final Path folder;
    private final Map<Long, Packed> packed = new HashMap<>();
    private final SortedMap<Long, PictureRecord> kept = new TreeMap<>();
    private Path shard = Path.of("");
    private Optional<PictureFolder> staging = Optional.empty();
    private boolean changed;

    /** A picture in the tar file of the section. */
    private record Packed(PictureRecord record, TarMember picture) {}

    private PictureShards(Path folder) {
        this.folder = folder;
    }

    /** Opens a folder of tar files, which is created if it does not exist. */
    public static PictureShards open(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
        return new PictureShards(folder);
    }

    @Override
    public void begin(long first, long end) {
        String name = "%05d".formatted(first / SIZE);
        shard = folder.resolve(name + ".tar");
        packed.clear();
        kept.clear();
        changed = false;
        if (Files.exists(shard)) {
            unpack();
        }
        staging = Optional.of(
                PictureFolder.open(new PictureFolder.Place(folder.resolve("." + name), Optional.empty()), SIZE));
    }

    private void unpack() {
        Map<String, TarMember> members = new HashMap<>();
        TarMember.in(shard).forEach(member -> members.put(member.name(), member));
        members.forEach((name, member) -> {
            if (name.endsWith(".json")) {
                PictureRecord known =
                        PictureRecord.parse(member.path(), new String(member.read(LARGEST), StandardCharsets.UTF_8));
                Optional.ofNullable(members.get(known.fileName()))
                        .ifPresent(picture -> packed.put(known.number(), new Packed(known, picture)));
            }
        });
    }

    @Override
    public State state(Prepared picture) {
        long number = picture.wanted().number();
        State staged = staging.orElseThrow().state(picture);
        if (staged == State.WHOLE) {
            keep(staging.orElseThrow().journal().find(number).orElseThrow());
            changed = true;
            return staged;
        }
        Packed known = packed.get(number);
        if (known == null) {
            return staged;
        }
        if (!known.record().fingerprint().equals(picture.fingerprint())) {
            return State.CHANGED;
        }
        if (!Fingerprint.ofContents(known.picture().read(LARGEST))
                .equals(known.record().content())) {
            return State.DAMAGED;
        }
        keep(known.record());
        return State.WHOLE;
    }

    private void keep(PictureRecord picture) {
        kept.put(picture.number(), picture);
    }

    @Override
    public Path put(Drawn drawn) {
        Path file = staging.orElseThrow().put(drawn);
        keep(staging.orElseThrow().journal().find(drawn.number()).orElseThrow());
        changed = true;
        return file;
    }

    @Override
    public void end() {
        if ((changed || packed.size() != kept.size()) && !kept.isEmpty()) {
            pack();
        }
        remove(staging.orElseThrow().folder());
    }

    private void pack() {
        try (Draft draft = Draft.of(shard)) {
            try (TarWriter tar = new TarWriter(draft.path())) {
                for (PictureRecord picture : kept.values()) {
                    String key = "%08d".formatted(picture.number());
                    tar.add(key + ".png", content(picture));
                    String caption = picture.text().replaceAll("\\R", " "); // Lines would be several captions.
                    tar.add(key + ".txt", caption.getBytes(StandardCharsets.UTF_8));
                    tar.add(key + ".json", picture.line().getBytes(StandardCharsets.UTF_8));
                }
            }
            draft.publish();
        } catch (IOException e) {
            throw new HyperSdException(shard + " cannot be written: " + e.getMessage(), e);
        }
    }

    private byte[] content(PictureRecord picture) throws IOException {
        Packed before = packed.get(picture.number());
        return before != null && before.record().equals(picture)
                ? before.picture().read(LARGEST)
                : Files.readAllBytes(staging.orElseThrow().folder().resolve(picture.fileName()));
    }

    private static void remove(Path staged) {
        try (Stream<Path> files = Files.walk(staged)) {
            List<Path> innermostFirst =
                    new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList());
            for (Path file : innermostFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new InvalidFileException(staged, "cannot be removed: " + e.getMessage(), e);
        }
    }

    @Override
    public void complete() {
        // Every section is complete when it ends.
    }
}
