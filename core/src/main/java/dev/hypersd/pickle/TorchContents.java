package dev.hypersd.pickle;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.pickle.PickleValue.Items;
import dev.hypersd.pickle.PickleValue.Storage;
import dev.hypersd.pickle.PickleValue.Text;
import dev.hypersd.pickle.PickleValue.Whole;
import dev.hypersd.weights.MappedFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The contents of a file that {@code torch.save} wrote: a pickle, and the elements of its tensors.
 *
 * @param pickle the saved value
 * @param storages the positions of the elements in the file, by the keys of the storages
 * @param bigEndian whether the most significant byte of an element comes first
 */
record TorchContents(Unpickler.Result pickle, Map<String, Range> storages, boolean bigEndian) {
    /** The number that older files begin with, in a pickle of its own. */
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private static final String PICKLE = "data.pkl";

    /**
     * Reads the zip archive that PyTorch has written since 1.6: the entries {@code NAME/data.pkl}, {@code
     * NAME/data/KEY} for each storage, and {@code NAME/byteorder}.
     */
    static TorchContents ofZip(MappedFile file, FileChannel channel) throws IOException {
        Path path = file.path();
        ZipEntries entries = new ZipEntries(path, channel, file.size());
        String folder = entries.names().stream()
                .filter(name -> name.endsWith("/" + PICKLE))
                .min((a, b) -> Integer.compare(a.length(), b.length()))
                .map(name -> name.substring(0, name.length() - PICKLE.length()))
                .orElseThrow(() ->
                        new InvalidFileException(path, "is a zip archive, but none of PyTorch: it holds no " + PICKLE));
        if (entries.names().contains(folder + "constants.pkl")) {
            throw new InvalidFileException(
                    path, "is a program (TorchScript) and not weights alone; save the state_dict of the model in it");
        }
        Range data = entries.find(folder + PICKLE);
        Unpickler.Result pickle =
                Unpickler.read(new PickleInput(path, channel, folder + PICKLE, data.begin(), data.length()));
        Map<String, Range> storages = new HashMap<>();
        for (String key : pickle.storages().keySet()) {
            storages.put(key, entries.find(folder + "data/" + key));
        }
        return new TorchContents(pickle, storages, isBigEndian(path, channel, entries, folder + "byteorder"));
    }

    private static boolean isBigEndian(Path path, FileChannel channel, ZipEntries entries, String name)
            throws IOException {
        if (!entries.names().contains(name)) {
            return false;
        }
        Range range = entries.find(name);
        int length = (int) Math.min(range.length(), 6);
        String order = StandardCharsets.ISO_8859_1
                .decode(MappedFile.read(channel, range.begin(), length))
                .toString();
        return switch (order) {
            case "little" -> false;
            case "big" -> true;
            default ->
                throw new InvalidFileException(
                        path, "has the byte order \"%s\"; little and big are known".formatted(order));
        };
    }

    /**
     * Reads a file of the format that PyTorch wrote before 1.6: pickles of a magic number, of a version, of properties
     * of the system, of the saved value and of the keys of storages; then for each key the number of elements and the
     * elements, always little-endian.
     */
    static TorchContents ofOlderFile(MappedFile file, FileChannel channel) throws IOException {
        PickleInput in = new PickleInput(file.path(), channel, "", 0, file.size());
        if (!Unpickler.read(in).value().equals(new Whole(MAGIC))) {
            throw new InvalidFileException(
                    file.path(),
                    "is a pickle, but none of PyTorch: it does not begin with the magic number of torch.save");
        }
        Unpickler.read(in);
        Unpickler.read(in);
        Unpickler.Result pickle = Unpickler.read(in);
        List<PickleValue> keys = Unpickler.read(in).value() instanceof Items items ? items.items() : List.of();
        Map<String, Range> storages = new HashMap<>();
        long position = in.position();
        for (PickleValue key : keys) {
            Storage storage = Optional.of(key)
                    .filter(Text.class::isInstance)
                    .map(text -> pickle.storages().get(((Text) text).text()))
                    .orElseThrow(() -> in.damaged("it lists a storage that belongs to no tensor"));
            long begin = position + Long.BYTES;
            if (storage.bytes() > file.size() - begin
                    || MappedFile.read(channel, position, Long.BYTES).getLong() != storage.count()) {
                throw new InvalidFileException(
                        file.path(),
                        ("is damaged: the %d elements of storage %s do not lie at byte %d; the file is probably "
                                        + "truncated")
                                .formatted(storage.count(), storage.key(), position));
            }
            storages.put(storage.key(), new Range(begin, storage.bytes()));
            position = begin + storage.bytes();
        }
        return new TorchContents(pickle, storages, false);
    }
}
