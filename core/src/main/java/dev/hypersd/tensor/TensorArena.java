package dev.hypersd.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.pytorch.Tensor;

/**
 * The owner of long-lived tensors: a network's weights, merged adapters, cached embeddings.
 *
 * <p>A tensor that it owns survives every {@link TensorScope} around it and is freed when the arena is closed, with the
 * other resources that it owns (mapped files), in reverse order. Safe to use from several threads; closing again has no
 * effect.
 */
public final class TensorArena implements AutoCloseable {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private boolean closed;

    /** Takes ownership of {@code tensor} and returns it. */
    public synchronized Tensor own(Tensor tensor) {
        checkOpen();
        tensor.retainReference();
        owned.push(tensor::releaseReference);
        return tensor;
    }

    /** Takes ownership of another resource, which is closed after the tensors that were added later. */
    public synchronized <R extends AutoCloseable> R own(R resource) {
        checkOpen();
        owned.push(resource);
        return resource;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("an owned resource failed to close", e);
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this arena is closed: the model it belongs to was closed while in use");
        }
    }
}
