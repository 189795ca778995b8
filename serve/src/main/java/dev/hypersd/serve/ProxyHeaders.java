package dev.hypersd.serve;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Gives requests that a trusted proxy passes on the client's address ({@code X-Forwarded-For}) and the scheme by which
 * it reached the proxy ({@code X-Forwarded-Proto}). Of all others these headers are ignored.
 */
final class ProxyHeaders implements HttpConfiguration.Customizer {
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final Proxies proxies;
    private final ForwardedRequestCustomizer scheme = new ForwardedRequestCustomizer();

    ProxyHeaders(Proxies proxies) {
        this.proxies = proxies;
        scheme.setForwardedHeader(null);
        scheme.setForwardedForHeader(null);
        scheme.setForwardedHostHeader(null);
        scheme.setForwardedServerHeader(null);
        scheme.setForwardedPortHeader(null);
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        SocketAddress peer = request.getConnectionMetaData().getRemoteSocketAddress();
        if (!(peer instanceof InetSocketAddress address) || !proxies.include(address.getAddress())) {
            return request;
        }
        InetAddress client =
                proxies.client(address.getAddress(), request.getHeaders().getValuesList(FORWARDED_FOR));
        return new Forwarded(scheme.customize(request, responseHeaders), new InetSocketAddress(client, 0));
    }

    /** A request with the client's address in place of the proxy's. */
    private static final class Forwarded extends Request.Wrapper {
        private final ConnectionMetaData connection;

        private Forwarded(Request request, InetSocketAddress client) {
            super(request);
            this.connection = new ConnectionMetaData.Wrapper(request.getConnectionMetaData()) {
                @Override
                public SocketAddress getRemoteSocketAddress() {
                    return client;
                }
            };
        }

        @Override
        public ConnectionMetaData getConnectionMetaData() {
            return connection;
        }
    }
}
