/** The HTTP server. */
module dev.hypersd.serve {
    requires transitive dev.hypersd.core;
    requires transitive dev.hypersd.eval;
    requires io.javalin;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.websocket.core.server;

    exports dev.hypersd.serve;
    exports dev.hypersd.serve.queue;
    exports dev.hypersd.serve.registry;
}
