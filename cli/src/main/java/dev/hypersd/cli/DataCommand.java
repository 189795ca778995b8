package dev.hypersd.cli;

import dev.hypersd.data.CaptionList;
import dev.hypersd.data.DatasetWriter;
import dev.hypersd.data.ImageFolderWriter;
import dev.hypersd.data.WebDatasetWriter;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.scene.content.Style;
import dev.hypersd.vocabulary.CaptionTokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code hypersd data}, which draws captioned pictures, and learns tokenizers from captions. */
@Command(
        name = "data",
        description = "Draw captioned pictures, or learn a tokenizer from captions.",
        footer = {"", "Example:", "  hypersd data sheet --out sheet.png --count 36"},
        subcommands = {
            DataCommand.ScenesCommand.class,
            DataCommand.SheetCommand.class,
            DataCommand.TokenizerCommand.class
        })
final class DataCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to make: scenes, sheet or tokenizer");
    }

    /** The options that choose scenes. */
    static final class SceneOptions {
        @Option(names = "--count", paramLabel = "N", required = true, description = "How many pictures.")
        long count;

        @Option(
                names = "--split",
                paramLabel = "SPLIT",
                defaultValue = "train",
                description = "train, validation or test. Default: train.")
        Split split = Split.TRAIN;

        @Option(
                names = "--size",
                paramLabel = "PIXELS",
                defaultValue = "128",
                description = "Width and height, at least 32. Default: 128.")
        int size;

        @Option(
                names = "--style",
                paramLabel = "STYLE",
                description = "flat, outline, watercolour, neon or pixel. Default: all of them.")
        @Nullable Style style;

        @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Of the whole set. Default: 0.")
        long seed;

        Scenes scenes() {
            try {
                return new Scenes(split, count, size, Optional.ofNullable(style), seed);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** The command {@code hypersd data scenes}, which writes scenes as a data set. */
    @Command(
            name = "scenes",
            description =
                    "Write scenes as a data set: PNG files with metadata.jsonl, or tar files of the WebDataset kind.",
            footer = {
                "",
                "Examples:",
                "  hypersd data scenes --out scenes --count 10000 --style watercolour",
                "  hypersd data scenes --out shards --count 100000 --format webdataset",
            })
    static final class ScenesCommand implements Runnable {
        private static final int PERCENT_A_LINE = 10;

        /** The formats of data sets. */
        private enum Format {
            FOLDER(new ImageFolderWriter()),
            WEBDATASET(new WebDatasetWriter());

            private final DatasetWriter writer;

            Format(DatasetWriter writer) {
                this.writer = writer;
            }
        }

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final SceneOptions options = new SceneOptions();

        @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder; new, or empty.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path folder;

        @Option(
                names = "--format",
                paramLabel = "FORMAT",
                defaultValue = "folder",
                description = "folder, or webdataset: tar files of 1000 pictures. Default: folder.")
        private Format format = Format.FOLDER;

        @Override
        public void run() {
            PrintWriter err = spec.commandLine().getErr();
            format.writer.write(folder, options.scenes().map(Sample::captioned), (done, total) -> {
                long percent = done * 100 / total;
                if (percent / PERCENT_A_LINE > (done - 1) * 100 / total / PERCENT_A_LINE) {
                    err.printf(Locale.ROOT, "%d of %d pictures drawn%n", done, total);
                }
            });
            spec.commandLine().getOut().println(folder);
        }
    }

    /** The command {@code hypersd data sheet}, which writes scenes as one picture. */
    @Command(
            name = "sheet",
            description = "Write scenes with their captions as one picture.",
            footer = {"", "Example:", "  hypersd data sheet --out sheet.png --count 36 --split test"})
    static final class SheetCommand implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Mixin
        private final SceneOptions options = new SceneOptions();

        @Option(
                names = "--columns",
                paramLabel = "N",
                defaultValue = "6",
                description = "Pictures in a row. Default: 6.")
        private int columns;

        @Option(names = "--out", paramLabel = "FILE", required = true, description = "The PNG file.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path file;

        @Override
        public void run() {
            if (columns < 1) {
                throw new InvalidRequestException("--columns is " + columns + ", it must be at least 1");
            }
            Scenes scenes = options.scenes();
            List<ContactSheet.Entry> entries = LongStream.range(0, scenes.size())
                    .mapToObj(scenes::get)
                    .map(sample -> new ContactSheet.Entry(
                            sample.image(), sample.caption().text()))
                    .toList();
            ContactSheet.of(entries, columns).write(file);
            spec.commandLine().getOut().println(file);
        }
    }

    /** The command {@code hypersd data tokenizer}, which learns a tokenizer from captions. */
    @Command(
            name = "tokenizer",
            description = "Learn a tokenizer in CLIP's form from captions, for a model that is trained from the start.",
            footer = {"", "Example:", "  hypersd data tokenizer --captions photos --size 2048 --out model/tokenizer"})
    static final class TokenizerCommand implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        private CommandSpec spec;

        @Option(
                names = "--captions",
                paramLabel = "DATA",
                required = true,
                description = "A folder of captioned pictures, tar files, or a list of prompts as for eval.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private String captions;

        @Option(
                names = "--size",
                paramLabel = "N",
                defaultValue = "2048",
                description = "The number of tokens: vocab_size of the text encoder. Default: 2048.")
        private int size;

        @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder; new, or empty.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Path folder;

        @Override
        public void run() {
            List<String> texts = CaptionList.of(captions);
            CaptionTokenizer tokenizer = CaptionTokenizer.learn(texts.stream(), size);
            tokenizer.write(folder);
            spec.commandLine()
                    .getErr()
                    .printf(
                            Locale.ROOT,
                            "%d tokens for words and parts of words, learned from %d captions%n",
                            tokenizer.learned(),
                            texts.size());
            spec.commandLine().getOut().println(folder);
        }
    }
}
