package dev.hypersd.tensor;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;

/**
 * The thread that computes.
 *
 * <p>Gradient mode, autocast and tensor scopes of the engine belong to a thread, and a virtual thread that blocks may wake up on another
 * one. So all work goes to one platform thread that this class owns; the engine spreads each operation over the cores by itself.
 * Callers of any kind wait for the result.
 */
public final class Engine {
    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hypersd-engine").daemon().factory());

    private static final ScopedValue<Boolean> HERE = ScopedValue.newInstance();

    private Engine() {}

    /**
     * Runs {@code work} on the engine's thread, without recording gradients, and frees every tensor that it made and nobody took over.
     *
     * @return what {@code work} returns, which must not be a tensor of its own
     */
    public static <T> T infer(Callable<T> work) {
        return call(() -> {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                return work.call();
            }
        });
    }

    /** Runs {@code work} on the engine's thread as it is, gradients included; directly where the caller already is on it. */
    public static <T> T call(Callable<T> work) {
        if (HERE.isBound()) {
            return callDirectly(work);
        }
        Future<T> result = THREAD.submit(() -> ScopedValue.where(HERE, true).call(work::call));
        try {
            return await(result);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Sets how many cores one operation may use; the physical cores are right in almost every case. */
    public static void useThreads(int threads) {
        call(() -> {
            torch.set_num_threads(threads);
            return threads;
        });
    }

    private static <T> T callDirectly(Callable<T> work) {
        try {
            return work.call();
        } catch (Exception e) {
            throw unchecked(e);
        }
    }

    /** Work in native code cannot be interrupted, and its tensors must not be freed under it: an interrupt is kept for later. */
    private static <T> T await(Future<T> result) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException(cause.getMessage(), cause);
        };
    }
}
