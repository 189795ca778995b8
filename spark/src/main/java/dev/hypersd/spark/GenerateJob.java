package dev.hypersd.spark;

import dev.hypersd.bulk.BulkRun.Summary;
import dev.hypersd.bulk.FailureFile;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureFolder;
import dev.hypersd.bulk.PictureJournal;
import dev.hypersd.bulk.PictureList;
import dev.hypersd.bulk.PictureShards;
import dev.hypersd.bulk.WantedPicture;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.FolderLock;
import dev.hypersd.spark.DrawChunk.Chunk;
import dev.hypersd.spark.DrawChunk.Item;
import dev.hypersd.spark.DrawChunk.Result;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
 * @param isPacked whether pictures go into tar files
 * @param chunk how many pictures a task draws; tar files have a task each
 * @param err receives progress and messages
 */
record GenerateJob(Drawing drawing, String out, boolean isPacked, int chunk, PrintWriter err) {
    private static final long SECONDS_A_LINE = 10;

    /** Draws what is missing, and returns whether everything could be drawn. */
    boolean run(JavaSparkContext spark, PictureList list) {
        Path folder = isPacked ? Path.of(out) : PictureFolder.Place.of(out).folder();
        try (FolderLock _ = FolderLock.of(folder)) {
            Optional<PictureJournal> journal = journal(list);
            List<Chunk> chunks = chunks(list.pictures(), journal);
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
        if (isPacked) {
            return Optional.empty();
        }
        PictureFolder pictures = PictureFolder.open(PictureFolder.Place.of(out), list.total());
        pictures.requireDistinct(list.pictures());
        return Optional.of(pictures.journal());
    }

    private List<Chunk> chunks(List<WantedPicture> pictures, Optional<PictureJournal> journal) {
        int size = isPacked ? PictureShards.SIZE : chunk;
        List<Chunk> chunks = new ArrayList<>();
        ArrayList<Item> items = new ArrayList<>();
        for (WantedPicture picture : pictures) {
            if (!items.isEmpty() && picture.number() / size != items.getFirst().number() / size) {
                chunks.add(new Chunk(items));
                items = new ArrayList<>();
            }
            items.add(DrawChunk.item(picture, journal));
        }
        if (!items.isEmpty()) {
            chunks.add(new Chunk(items));
        }
        return chunks;
    }

    private List<Result> draw(JavaSparkContext spark, PictureList list, List<Chunk> chunks) {
        if (chunks.isEmpty()) {
            return List.of();
        }
        LongAccumulator done = spark.sc().longAccumulator("pictures drawn");
        JavaFutureAction<List<Result>> results = spark.parallelize(chunks, chunks.size())
                .map(new DrawChunk(drawing, out, isPacked, list.total(), done))
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
            throw Causes.sentence("drawing", e);
        }
    }
}
