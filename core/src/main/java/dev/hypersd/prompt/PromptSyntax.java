package dev.hypersd.prompt;

/** The notations of prompts. */
public enum PromptSyntax {
    /** Plain text; what does not fit into a text encoder is cut off. */
    PLAIN,

    /**
     * Text with weights: {@code (word)} multiplies the weight by 1.1, {@code (word:1.3)} by 1.3, {@code [word]} by
     * 1/1.1, also where they are nested; a backslash makes a bracket part of the text. {@code BREAK} begins a new part,
     * and so does text that does not fit into a text encoder.
     */
    WEIGHTED
}
