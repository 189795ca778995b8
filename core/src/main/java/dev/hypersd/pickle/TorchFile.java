package dev.hypersd.pickle;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FalseDownload;
import dev.hypersd.pickle.PickleValue.Strided;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.MappedFile;
import dev.hypersd.weights.MappedWeights;
import dev.hypersd.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights in a file that {@code torch.save} wrote, in the present format or in that of PyTorch before 1.6. Nothing
 * in the file is executed. As in a {@link dev.hypersd.weights.SafetensorsFile}, the elements are mapped and not read.
 */
public final class TorchFile extends MappedWeights<PickleValue.Strided> {
    private static final String FORMAT = "a file of PyTorch";

    /**
     * The greatest size of all tensors as a multiple of that of the file, since tensors can share their elements.
     */
    private static final long MOST_TIMES = 4;

    /** The size in bytes that the tensors of any file may have. */
    private static final long MOST_OF_SMALL = 16 << 20;

    private final TorchContents contents;
    private final StateDict weights;

    private TorchFile(MappedFile file, TorchContents contents, StateDict weights) {
        super(file, weights.tensors());
        this.contents = contents;
        this.weights = weights;
    }

    /**
     * Opens {@code path} and finds its weights.
     *
     * @throws InvalidFileException if the file is missing or damaged, holds no weights, or holds something that is
     *     refused here; the message names the first such thing and its place in the file
     */
    public static TorchFile open(Path path) {
        return MappedFile.open(path, FORMAT, TorchFile::read);
    }

    private static TorchFile read(MappedFile file, FileChannel channel) throws IOException {
        ByteBuffer start = MappedFile.read(channel, 0, (int) Math.min(file.size(), FalseDownload.START));
        FalseDownload.refuse(file.path(), start, FORMAT);
        boolean zip = start.limit() > 1 && start.get(0) == 'P' && start.get(1) == 'K';
        TorchContents contents = zip ? TorchContents.ofZip(file, channel) : TorchContents.ofOlderFile(file, channel);
        StateDict weights = StateDict.of(file.path(), contents.pickle().value());
        if (weights.tensors().isEmpty()) {
            throw new InvalidFileException(
                    file.path(),
                    "holds no tensors"
                            + contents.pickle()
                                    .firstUnknown()
                                    .map(unknown ->
                                            " outside of objects, which are not read; the first is made by %s (%s)"
                                                    .formatted(unknown.name(), unknown.place()))
                                    .orElse(""));
        }
        TorchFile opened = new TorchFile(file, contents, weights);
        weights.tensors().forEach(opened::requireInFile);
        opened.requireSizeOfFile();
        return opened;
    }

    private void requireInFile(String name, Strided tensor) {
        Range range = contents.storages().get(tensor.storage().key());
        if (range == null || tensor.storage().bytes() > range.length()) {
            throw new InvalidFileException(
                    file(),
                    "is damaged: the %d bytes of the storage of %s are not there"
                            .formatted(tensor.storage().bytes(), name));
        }
    }

    private void requireSizeOfFile() {
        long most = Math.max(MOST_OF_SMALL, MOST_TIMES * mapped().size());
        long bytes = 0;
        for (Strided tensor : weights.tensors().values()) {
            // Each product was checked; the sum is compared before it can overflow.
            bytes += Math.min(
                    most + 1, Shapes.count(tensor.shape()) * tensor.dtype().bytes());
            if (bytes > most) {
                throw new InvalidFileException(
                        file(),
                        "holds tensors that repeat their elements to more than %d bytes, %d times the size of the file"
                                .formatted(most, MOST_TIMES));
            }
        }
    }

    /** Returns a phrase for each value of the file that does not belong to its weights. */
    public List<String> leftOut() {
        return Collections.unmodifiableList(weights.leftOut());
    }

    @Override
    protected StoredTensor tensor(String name, Strided tensor) {
        return StoredTensor.of(name, tensor.dtype(), tensor.shape(), file(), () -> load(tensor));
    }

    @Override
    public TorchFile reopened() {
        return new TorchFile(mapped().reopened(), contents, weights);
    }

    private Tensor load(Strided tensor) {
        int size = tensor.dtype().bytes();
        Range storage =
                Objects.requireNonNull(contents.storages().get(tensor.storage().key()));
        long begin = storage.begin() + tensor.offset() * size;
        return contents.bigEndian() && size > 1 && Shapes.count(tensor.shape()) > 0
                ? TensorScope.scoped(() -> turned(begin, tensor))
                : mapped().tensor(begin, tensor.dtype(), tensor.shape(), tensor.strides());
    }

    /** Returns a tensor with the bytes of each element reversed. */
    private Tensor turned(long begin, Strided tensor) {
        long span = Shapes.span(tensor.shape(), tensor.strides());
        int size = tensor.dtype().bytes();
        Tensor bytes = mapped().tensor(begin, Dtype.U8, span, size).flip(1).contiguous();
        return Tensors.at(bytes, 0, tensor.dtype(), tensor.shape(), tensor.strides());
    }
}
