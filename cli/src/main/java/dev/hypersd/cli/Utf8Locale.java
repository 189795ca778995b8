package dev.hypersd.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Restarts the command in UTF-8 if the environment does not set a locale, as in containers, in cron and over ssh. The
 * JVM then decodes arguments and paths as ASCII and replaces every other character, which the program itself cannot
 * undo.
 */
final class Utf8Locale {
    private static final String LOCALE = "C.UTF-8";
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private Utf8Locale() {}

    /** Returns the exit code of the second start; empty if none is needed or possible. */
    static OptionalInt restarted() {
        boolean ascii = System.getProperty("sun.jnu.encoding", "").equals("ANSI_X3.4-1968");
        if (!ascii || LOCALE.equals(System.getenv("LC_ALL")) || !Files.isReadable(COMMAND_LINE)) {
            return OptionalInt.empty();
        }
        try {
            Path arguments = Files.createTempFile("hypersd", ".arguments");
            try {
                Files.write(arguments, argumentFile(Files.readAllBytes(COMMAND_LINE)));
                return OptionalInt.of(run(arguments));
            } finally {
                Files.deleteIfExists(arguments);
            }
        } catch (IOException e) {
            System.err.println("hypersd: warning: without a locale only ASCII can be read from the command line;"
                    + " set LC_ALL=C.UTF-8 in the environment");
            return OptionalInt.empty();
        }
    }

    private static int run(Path arguments) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        ProcessBuilder builder = new ProcessBuilder(java.toString(), "@" + arguments).inheritIO();
        builder.environment().put("LC_ALL", LOCALE);
        Process process = builder.start();
        // Whoever ends this process means the other one, which may have something to finish.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            process.destroy();
            process.onExit().join();
        }));
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /**
     * Returns the arguments of this JVM as a file for another one: each quoted, with its bytes unchanged.
     *
     * @param commandLine the program and its arguments, each followed by a zero byte
     */
    static byte[] argumentFile(byte[] commandLine) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        int at = 0;
        while (commandLine[at] != 0) {
            at++;
        }
        boolean open = false;
        for (at++; at < commandLine.length; at++) {
            byte value = commandLine[at];
            if (!open) {
                file.write('"');
                open = true;
            }
            switch (value) {
                case 0 -> {
                    file.write('"');
                    file.write('\n');
                    open = false;
                }
                case '"', '\\' -> {
                    file.write('\\');
                    file.write(value);
                }
                case '\n' -> file.writeBytes(new byte[] {'\\', 'n'});
                case '\r' -> file.writeBytes(new byte[] {'\\', 'r'});
                case '\t' -> file.writeBytes(new byte[] {'\\', 't'});
                default -> file.write(value);
            }
        }
        return file.toByteArray();
    }
}
