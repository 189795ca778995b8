package dev.hypersd.spark;

import dev.hypersd.bulk.BulkRun;
import dev.hypersd.bulk.BulkRun.Summary;
import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureFolder;
import dev.hypersd.bulk.PictureJournal;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.bulk.PictureRecord;
import dev.hypersd.bulk.PictureShards;
import dev.hypersd.bulk.PictureStore;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.spark.ExecutorModel.Drawing;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.LongAccumulator;

/**
 * Draws a chunk of pictures on an executor into the folder that all machines see, exactly as {@code hypersd generate}
 * does on one.
 *
 * @param out the folder, or the pattern of files
 * @param format the form of what is written
 * @param total how many pictures all chunks have together
 * @param done counts what is drawn, for the display of progress
 */
record DrawChunk(Drawing drawing, String out, GenerateJob.Format format, long total, LongAccumulator done)
        implements Function<DrawChunk.Chunk, DrawChunk.Result> {
    private static final long serialVersionUID = 1L;

    /**
     * A picture that is wanted.
     *
     * @param options its options in JSON
     * @param known the line of the record of pictures that tells of it; empty if it was never drawn
     */
    record Item(long number, long row, String options, String known) implements Serializable {
        private static final long serialVersionUID = 1L;

        Wanted wanted() {
            return new Wanted(number, row, GenerationOptions.parse(options));
        }
    }

    /**
     * What one task does.
     *
     * @param items the pictures that it draws, in the order of their numbers
     * @param unreadable the prompts among them that cannot be read
     */
    record Chunk(ArrayList<Item> items, ArrayList<Failure> unreadable) implements Serializable {
        private static final long serialVersionUID = 1L;

        Chunk() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** The result of a task. */
    record Result(Summary summary, ArrayList<Failure> failures) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public Result call(Chunk chunk) {
        ArrayList<Failure> failures = new ArrayList<>();
        BulkRun.Listener listener = new BulkRun.Listener() {
            @Override
            public void drew(Drawn picture, Path file) {
                done.add(1);
            }

            @Override
            public void failed(Failure failure) {
                failures.add(failure);
            }
        };
        BulkRun run = new BulkRun(ExecutorModel.lease(drawing).drawing(drawing.batch()), store(chunk), listener);
        // The driver merges the records of all tasks.
        return new Result(run.draw(chunk.items().stream().map(Item::wanted).toList(), chunk.unreadable()), failures);
    }

    private PictureStore store(Chunk chunk) {
        if (format.shards().isPresent()) {
            return PictureShards.open(Path.of(out), format.shards().get());
        }
        PictureFolder.Place place = PictureFolder.Place.of(out);
        List<PictureRecord> known = chunk.items().stream()
                .filter(item -> !item.known().isEmpty())
                .map(item -> PictureRecord.parse(place.folder().resolve(PictureJournal.NAME), item.known()))
                .toList();
        TaskContext task = TaskContext.get();
        String name = "%d-%d".formatted(task.partitionId(), task.taskAttemptId());
        return new PictureFolder(
                place.folder(), place.pattern(), total, PictureJournal.part(place.folder(), name, known));
    }

    /** Returns the pictures that {@code wanted} describes, with what {@code journal} knows of them. */
    static Item item(Wanted wanted, Optional<PictureJournal> journal) {
        return new Item(
                wanted.number(),
                wanted.row(),
                wanted.options().toJson(),
                journal.flatMap(records -> records.find(wanted.number()))
                        .map(PictureRecord::line)
                        .orElse(""));
    }
}
