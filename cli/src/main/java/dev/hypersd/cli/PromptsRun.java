package dev.hypersd.cli;

import dev.hypersd.bulk.BatchDrawing;
import dev.hypersd.bulk.BulkRun;
import dev.hypersd.bulk.BulkRun.Summary;
import dev.hypersd.bulk.FailureFile;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureFolder;
import dev.hypersd.bulk.PictureList;
import dev.hypersd.bulk.PictureShards;
import dev.hypersd.bulk.PictureStore;
import dev.hypersd.bulk.TarPictures;
import dev.hypersd.file.FolderLock;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Draws the pictures of a file of prompts and shows the progress.
 *
 * @param list the pictures
 * @param target where they go
 * @param err receives progress and messages
 * @param report receives each picture that was drawn, and its file
 */
record PromptsRun(PictureList list, Target target, PrintWriter err, BiConsumer<Drawn, Path> report) {
    private static final int PERCENT_A_LINE = 5;

    /** The formats of what is written. */
    enum Format {
        FOLDER,
        WEBDATASET
    }

    /**
     * Where pictures go.
     *
     * @param out a folder or, for pictures as files, a pattern
     */
    record Target(String out, Format format) {
        private Path folder() {
            return format == Format.FOLDER ? PictureFolder.Place.of(out).folder() : Path.of(out);
        }

        private PictureStore open(PictureList list) {
            if (format == Format.WEBDATASET) {
                return PictureShards.open(Path.of(out), new TarPictures());
            }
            PictureFolder folder = PictureFolder.open(PictureFolder.Place.of(out), list.total());
            folder.requireDistinct(list.pictures());
            return folder;
        }
    }

    /** Draws what is missing, and returns whether everything could be drawn. */
    boolean draw(BatchDrawing drawing) {
        try (FolderLock _ = FolderLock.of(target.folder())) {
            PictureStore store = target.open(list);
            FailureFile failures = FailureFile.begin(target.folder());
            failures.add(list.failures());
            Progress progress = new Progress(failures);
            Summary summary = new BulkRun(drawing, store, progress)
                    .draw(list.pictures())
                    .plusFailed(list.failures().size());
            store.complete();
            err.println(summary);
            if (summary.failed() > 0) {
                err.println("what failed is listed in " + failures.path());
            }
            return summary.failed() == 0;
        }
    }

    /** Prints a line for every twentieth part of the pictures. */
    private final class Progress implements BulkRun.Listener {
        private final FailureFile failures;
        private final long begin = System.nanoTime();
        private long drawn;

        private Progress(FailureFile failures) {
            this.failures = failures;
        }

        @Override
        public void drew(Drawn picture, Path file) {
            drawn++;
            report.accept(picture, file);
            long percent = (picture.number() + 1) * 100 / list.total();
            if (percent / PERCENT_A_LINE > picture.number() * 100 / list.total() / PERCENT_A_LINE) {
                double seconds = (System.nanoTime() - begin) / 1e9;
                err.printf(
                        Locale.ROOT,
                        "picture %d of %d, %.2f pictures a second%n",
                        picture.number() + 1,
                        list.total(),
                        drawn / seconds);
            }
        }

        @Override
        public void failed(Failure failure) {
            failures.add(List.of(failure));
        }
    }
}
