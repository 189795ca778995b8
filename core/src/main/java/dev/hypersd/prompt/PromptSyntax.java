package dev.hypersd.prompt;

/** How prompts are read. */
public enum PromptSyntax {
    /** As they are; what is longer than a text encoder is cut off. */
    PLAIN,

    /**
     * {@code (word)} counts 1.1 times, {@code (word:1.3)} 1.3 times, {@code [word]} 1/1.1 times, and these multiply
     * where they are nested; a backslash makes a bracket part of the text. {@code BREAK} begins a new part, and so does
     * what is longer than a text encoder.
     */
    WEIGHTED
}
