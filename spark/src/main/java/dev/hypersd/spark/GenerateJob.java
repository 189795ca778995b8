package dev.hypersd.spark;

import dev.hypersd.bulk.BulkRun.Summary;
import dev.hypersd.bulk.FailureFile;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureFolder;
import dev.hypersd.bulk.PictureJournal;
import dev.hypersd.bulk.PictureList;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.bulk.PictureShards;
import dev.hypersd.bulk.TarPictures;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.FolderLock;
import dev.hypersd.spark.DrawChunk.Chunk;
import dev.hypersd.spark.DrawChunk.Result;
import dev.hypersd.spark.ExecutorModel.Drawing;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Draws the pictures of a list on a cluster, into a folder that the driver and all executors see.
 *
 * @param drawing how they are drawn
 * @param out a folder or, for pictures as files, a pattern
 * @param format the form of what is written
 * @param chunk how many pictures a task draws into a folder; files of many pictures have a task each
 * @param err receives progress and messages
 */
record GenerateJob(Drawing drawing, String out, Format format, int chunk, PrintWriter err) {
    private static final long SECONDS_A_LINE = 10;

    /** The forms of what is drawn: files in a folder, or files of many pictures each. */
    enum Format {
        FOLDER,
        WEBDATASET,
        PARQUET;

        /** Returns the format of files of many pictures; empty for a folder. */
        Optional<PictureShards.Format> shards() {
            return switch (this) {
                case FOLDER -> Optional.empty();
                case WEBDATASET -> Optional.of(new TarPictures());
                case PARQUET -> Optional.of(new ParquetPictures());
            };
        }
    }

    /** Draws what is missing, and returns whether everything could be drawn. */
    boolean run(JavaSparkContext spark, PictureList list) {
        Path folder = isFolder() ? PictureFolder.Place.of(out).folder() : Path.of(out);
        try (FolderLock _ = FolderLock.of(folder)) {
            Optional<PictureJournal> journal = journal(list);
            List<Chunk> chunks = chunks(list, journal);
            FailureFile failures = FailureFile.begin(folder);
            List<Failure> failed = new ArrayList<>(list.failures());
            Summary summary = new Summary(0, 0, 0, 0, list.failures().size());
            for (Result result : draw(spark, list, chunks)) {
                summary = summary.plus(result.summary());
                failed.addAll(result.failures());
            }
            journal.ifPresent(_ -> PictureJournal.open(folder).merge());
            failed.sort(Comparator.comparingLong(Failure::number));
            failures.add(failed);
            err.println(summary);
            if (!failed.isEmpty()) {
                err.println("what failed is listed in " + failures.path());
            }
            return failed.isEmpty();
        }
    }

    private Optional<PictureJournal> journal(PictureList list) {
        if (!isFolder()) {
            return Optional.empty();
        }
        PictureFolder pictures = PictureFolder.open(PictureFolder.Place.of(out), list.total());
        pictures.requireDistinct(list.pictures());
        return Optional.of(pictures.journal());
    }

    private boolean isFolder() {
        return format.shards().isEmpty();
    }

    private List<Chunk> chunks(PictureList list, Optional<PictureJournal> journal) {
        int size = isFolder() ? chunk : PictureShards.SIZE;
        SortedMap<Long, Chunk> chunks = new TreeMap<>();
        for (Wanted picture : list.pictures()) {
            chunks.computeIfAbsent(picture.number() / size, _ -> new Chunk())
                    .items()
                    .add(DrawChunk.item(picture, journal));
        }
        if (format.shards().filter(PictureShards.Format::hasFailures).isPresent()) {
            for (Failure failure : list.failures()) {
                chunks.computeIfAbsent(failure.number() / size, _ -> new Chunk())
                        .unreadable()
                        .add(failure);
            }
        }
        return List.copyOf(chunks.values());
    }

    private List<Result> draw(JavaSparkContext spark, PictureList list, List<Chunk> chunks) {
        if (chunks.isEmpty()) {
            return List.of();
        }
        LongAccumulator done = spark.sc().longAccumulator("pictures drawn");
        JavaFutureAction<List<Result>> results = spark.parallelize(chunks, chunks.size())
                .map(new DrawChunk(drawing, out, format, list.total(), done))
                .collectAsync();
        try {
            while (true) {
                try {
                    return results.get(SECONDS_A_LINE, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    err.printf("%d of %d pictures drawn by tasks that have ended%n", done.value(), list.total());
                }
            }
        } catch (InterruptedException e) {
            results.cancel(true);
            Thread.currentThread().interrupt();
            throw new HyperSdException("the job was interrupted; the same command continues it", e);
        } catch (ExecutionException e) {
            throw Session.failure("drawing", e);
        }
    }
}
