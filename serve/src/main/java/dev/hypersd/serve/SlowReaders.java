package dev.hypersd.serve;

import dev.hypersd.serve.live.LiveRoutes;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.MinimumDataRateHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Lets go of clients that read their answers so slowly that they only want to keep them in memory. Live sessions are looked after by their own outbox;
 * the upgrade to one is an answer without a body, which the handler does not bear.
 */
final class SlowReaders extends MinimumDataRateHandler {
    private static final long BYTES_PER_SECOND = 1 << 10;

    SlowReaders() {
        super(0, BYTES_PER_SECOND);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Handler next = getHandler();
        if (next != null && Request.getPathInContext(request).equals(LiveRoutes.PATH)) {
            return next.handle(request, response, callback);
        }
        return super.handle(request, response, callback);
    }
}
