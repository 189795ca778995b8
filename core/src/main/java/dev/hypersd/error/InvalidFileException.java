package dev.hypersd.error;

import java.nio.file.Path;

/** Reports that a file is missing, broken, hostile or of the wrong kind. */
public final class InvalidFileException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String reason;

    /**
     * Creates the exception.
     *
     * @param file the file at fault; the message starts with it
     * @param reason what is wrong with it and, where one exists, the repair; no full stop
     */
    public InvalidFileException(Path file, String reason) {
        super(file + ": " + reason);
        this.file = file.toString();
        this.reason = reason;
    }

    public InvalidFileException(Path file, String reason, Throwable cause) {
        super(file + ": " + reason, cause);
        this.file = file.toString();
        this.reason = reason;
    }

    /** Returns the name of the file at fault. */
    public String file() {
        return file;
    }

    /** Returns what is wrong with it, without its name. */
    public String reason() {
        return reason;
    }
}
