package dev.hypersd.serve.api;

import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/** Waits for pictures on behalf of an HTTP client, for as long as the client is there. */
public final class HttpGeneration {
    private static final long LOOK_EVERY_MILLIS = 200;

    private HttpGeneration() {}

    /** The pictures of {@code job}, which is cancelled when the client leaves. The body of the request must have been read. */
    public static List<GeneratedImage> pictures(Context request, GenerationQueue queue, GenerationJob job) {
        while (true) {
            try {
                return job.pictures().get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (hasLeft(request)) {
                    queue.cancel(job);
                }
            } catch (ExecutionException e) {
                throw new CompletionException(e.getCause());
            } catch (InterruptedException e) {
                queue.cancel(job);
                Thread.currentThread().interrupt();
                throw new CompletionException(e);
            }
        }
    }

    /**
     * Whether the connection has ended. Nobody else reads from it while a request is being answered; a client that sends the next request before
     * (pipelining) has its connection closed after this answer, and asks again on another one.
     */
    private static boolean hasLeft(Context request) {
        EndPoint connection = ServletContextRequest.getServletContextRequest(request.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        try {
            int read = connection.fill(BufferUtil.allocate(1));
            if (read > 0) {
                request.header("Connection", "close");
            }
            return read < 0 || !connection.isOpen();
        } catch (IOException e) {
            return true;
        }
    }
}
