/** The HTTP server, and the tools for assistants. */
@SuppressWarnings("requires-automatic") // The official SDK has names for its modules, and no descriptors.
module dev.hypersd.serve {
    requires transitive dev.hypersd.core;
    requires transitive dev.hypersd.eval;
    requires io.javalin;
    requires io.modelcontextprotocol.sdk.mcp.core;
    requires io.modelcontextprotocol.sdk.mcp.json.jackson3;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.websocket.core.server;
    requires reactor.core;

    exports dev.hypersd.serve;
    exports dev.hypersd.serve.queue;
    exports dev.hypersd.serve.registry;
}
