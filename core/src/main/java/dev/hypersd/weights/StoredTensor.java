package dev.hypersd.weights;

import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** A tensor that lies in a file: what the header says of it, and the way to its values. */
public interface StoredTensor {
    /** The name under which its source lists it. */
    String name();

    /** The type of the stored elements. */
    Dtype dtype();

    /** The shape, outermost dimension first; empty for a scalar. */
    long[] shape();

    /** The file that holds it. */
    Path file();

    /**
     * The values as a CPU tensor in the stored type, without a copy where the layout allows. It may share pages with the mapped file, and is
     * valid until the source closes; in-place changes are private to this process and never reach the file.
     */
    Tensor load();
}
