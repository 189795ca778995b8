package dev.hypersd.serve.api;

import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waits for the images of a job, which is cancelled when nobody wants them any more. */
public final class Waiting {
    private static final long CHECK_EVERY_MILLIS = 100;

    private Waiting() {}

    /** Something to do again and again while a client waits, such as to tell it of progress. */
    public interface Meanwhile {
        void run() throws IOException;
    }

    /**
     * Returns the images of {@code job}.
     *
     * @param hasLeft tells whether nobody waits for them any more
     * @throws CompletionException if they cannot be generated
     * @throws IOException what {@code meanwhile} throws; the job is cancelled then
     */
    public static List<GeneratedImage> images(
            GenerationQueue queue, GenerationJob job, BooleanSupplier hasLeft, Meanwhile meanwhile) throws IOException {
        try {
            while (true) {
                try {
                    return job.images().get(CHECK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (hasLeft.getAsBoolean()) {
                        queue.cancel(job);
                    } else {
                        meanwhile.run();
                    }
                }
            }
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            queue.cancel(job);
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        } catch (IOException | RuntimeException e) {
            queue.cancel(job);
            throw e;
        }
    }
}
