package dev.hypersd.serve.answer;

import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.serve.studio.Commission;
import dev.hypersd.serve.studio.Studio;
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
public final class Waiting {
    private static final long LOOK_EVERY_MILLIS = 200;

    private Waiting() {}

    /** The pictures of {@code commission}, which is cancelled when the client leaves. The body of the request must have been read. */
    public static List<GeneratedImage> pictures(Context request, Studio studio, Commission commission) {
        while (true) {
            try {
                return commission.pictures().get(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (hasLeft(request)) {
                    studio.cancel(commission);
                }
            } catch (ExecutionException e) {
                throw new CompletionException(e.getCause());
            } catch (InterruptedException e) {
                studio.cancel(commission);
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
