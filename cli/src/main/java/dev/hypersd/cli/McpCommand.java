package dev.hypersd.cli;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.serve.StdioServer;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.registry.ModelRegistry;
import dev.hypersd.serve.registry.ServedModel;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code hypersd mcp}, with which assistants draw: they start it and speak to its input and output. */
@Command(
        name = "mcp",
        description = "Give an assistant tools that draw: the Model Context Protocol over standard input and output. "
                + "The assistant starts this command; the same tools are at /mcp of hypersd serve.",
        footer = {
            "",
            "Examples:",
            "  hypersd mcp",
            "  hypersd mcp --model sd15 --lora Hyper-SD15-4steps-lora.safetensors --loras loras",
        })
final class McpCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nModel%n")
    private final ModelOptions model = new ModelOptions();

    @ArgGroup(validate = false, heading = "%nTo choose from%n")
    private final RegistryOptions registries = new RegistryOptions();

    @Override
    public void run() {
        Engine.start();
        ModelRegistry registry = registries.registry(
                model,
                ServedModel.of(model.source()),
                model.plainOptions(),
                spec.commandLine().getErr());
        PrintStream messages = System.out;
        // Whatever else is printed must not come between the messages.
        System.setOut(System.err);
        try (StdioServer server = new StdioServer(registry, Limits.DEFAULT, System.in, messages)) {
            server.run();
        } catch (IOException e) {
            throw new HyperSdException("the messages of the assistant cannot be read: " + e.getMessage(), e);
        } finally {
            System.setOut(messages);
        }
    }
}
