package dev.hypersd.cli;

import dev.hypersd.bulk.PictureList;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.PromptFile;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose a file of prompts, and the form of what is drawn. */
final class PromptsOptions {
    @Option(
            names = "--prompts",
            paramLabel = "FILE[:N]",
            description = "Draw all prompts of a file, or the first N: .txt (one in each line), .jsonl or .json (texts "
                    + "or objects of options), or .csv (columns named as options). What is in --out, whole and of the "
                    + "same options, is not drawn again; failures.jsonl there lists what failed.")
    Optional<String> file = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "folder",
            description = "With --prompts: folder, or webdataset, tar files of 1000 pictures. Default: folder.")
    private PromptsRun.Format format = PromptsRun.Format.FOLDER;

    /**
     * Reads the pictures that {@code text} asks for.
     *
     * @param run the options that all of them share
     */
    PictureList list(String text, GenerationOptions run, Warnings warnings) {
        PromptFile read = PromptFile.tolerant(text, Optional.empty());
        read.warnings().forEach(warnings::say);
        return PictureList.of(read, run);
    }

    PromptsRun.Target target(String out) {
        return new PromptsRun.Target(out, format);
    }
}
