package dev.hypersd.serve.api;

import dev.hypersd.serve.queue.Network;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Who sent a request.
 *
 * @param network the network of its address
 * @param hasLeft tells whether nobody waits for the answer any more
 */
public record Sender(Network network, BooleanSupplier hasLeft) {
    /** Returns the sender of a request over HTTP. Whether it has left may be asked once the body has been read. */
    public static Sender of(Context request) {
        return new Sender(Network.of(request.ip()), () -> hasDisconnected(request));
    }

    /**
     * Returns whether the client has closed its connection. Nothing else reads from it while the request is being
     * answered. If a byte of a next request arrives meanwhile (HTTP pipelining), it is lost here; the connection is
     * therefore closed after this response, and the client repeats the next request on a new one.
     */
    private static boolean hasDisconnected(Context request) {
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
