package dev.hypersd.serve;

import dev.hypersd.serve.mcp.McpStdio;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.ModelRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A server of the Model Context Protocol for the one program that started this one, over standard input and output. It
 * draws as {@link Server} does.
 */
public final class StdioServer implements AutoCloseable {
    private final GenerationQueue queue;
    private final McpStdio messages;

    /**
     * Opens a server, which loads the default model in the background.
     *
     * @param in the messages of the client, one in each line
     * @param out receives the messages for the client; nothing else may be written to it
     */
    public StdioServer(ModelRegistry registry, Limits limits, InputStream in, OutputStream out) {
        this.queue = GenerationQueue.open(registry, limits, new Metrics(), Duration.ZERO);
        this.messages = new McpStdio(queue, in, out);
    }

    /**
     * Answers messages until the input ends.
     *
     * @throws IOException if a message cannot be read
     */
    public void run() throws IOException {
        messages.run();
    }

    /** Cancels what is drawn, and frees the models. */
    @Override
    public void close() {
        queue.close(Duration.ZERO);
    }
}
