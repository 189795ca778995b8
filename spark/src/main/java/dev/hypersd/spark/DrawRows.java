package dev.hypersd.spark;

import dev.hypersd.bulk.BatchDrawing;
import dev.hypersd.bulk.Outcome;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageFormat;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.spark.ExecutorModel.Drawing;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * Draws the rows of a partition, and returns each with the picture or the error in addition.
 *
 * @param format {@link TextToImage#STRUCT} or the extension of a format of pictures
 * @param width the number of columns of the result
 */
record DrawRows(Drawing drawing, String promptColumn, String optionsColumn, String format, int width)
        implements MapPartitionsFunction<Row, Row> {
    private static final long serialVersionUID = 1L;

    /** The number of batches that are prepared at a time, so that rows of the same size can share a batch. */
    private static final int BATCHES = 4;

    /** OpenCV's number of pictures with three channels of eight bits, in the order blue, green, red. */
    private static final int CV_8UC3 = 16;

    private static final int CHANNELS = 3;

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        ExecutorModel model = ExecutorModel.lease(drawing);
        BatchDrawing batches = model.drawing(drawing.batch());
        return new Iterator<>() {
            private final Queue<Row> drawn = new ArrayDeque<>();

            @Override
            public boolean hasNext() {
                return !drawn.isEmpty() || rows.hasNext();
            }

            @Override
            public Row next() {
                if (drawn.isEmpty()) {
                    List<Row> some = new ArrayList<>();
                    while (rows.hasNext() && some.size() < BATCHES * drawing.batch()) {
                        some.add(rows.next());
                    }
                    drawn.addAll(draw(some, batches, model.arguments().options()));
                }
                return drawn.remove();
            }
        };
    }

    private List<Row> draw(List<Row> rows, BatchDrawing batches, GenerationOptions run) {
        Map<Long, Outcome> outcomes = new HashMap<>();
        Map<Long, String> unreadable = new HashMap<>();
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            try {
                GenerationOptions options =
                        RowOptions.of(rows.get(i), promptColumn, optionsColumn).over(run).toBuilder()
                                .set(Option.COUNT, 1)
                                .build();
                wanted.add(new Wanted(i, i + 1L, options));
            } catch (HyperSdException e) {
                unreadable.put((long) i, String.valueOf(e.getMessage()));
            }
        }
        batches.drawAll(wanted, outcome -> outcomes.put(outcome.number(), outcome));
        List<Row> results = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            results.add(result(rows.get(i), Optional.ofNullable(outcomes.get((long) i)), unreadable.get((long) i)));
        }
        return results;
    }

    private Row result(Row row, Optional<Outcome> outcome, @Nullable String unreadable) {
        @Nullable Object[] values = new Object[width];
        for (int i = 0; i < row.size(); i++) {
            values[i] = row.get(i);
        }
        int next = row.size();
        if (outcome.isPresent() && outcome.get() instanceof Outcome.Drawn picture) {
            values[next] = encoded(picture.picture());
            values[next + 1] = picture.picture().parameters().toText();
            values[next + 2] = picture.seconds();
        } else if (outcome.isPresent() && outcome.get() instanceof Outcome.Failure failure) {
            values[next + 3] = failure.reason();
        } else {
            values[next + 3] = unreadable;
        }
        return RowFactory.create(values);
    }

    private Object encoded(GeneratedImage picture) {
        if (!format.equals(TextToImage.STRUCT)) {
            return ImageFormat.of(Path.of("picture." + format))
                    .encode(picture.image(), Optional.of(picture.parameters()));
        }
        Image image = picture.image();
        byte[] pixels = image.rgb();
        for (int i = 0; i < pixels.length; i += CHANNELS) {
            byte red = pixels[i];
            pixels[i] = pixels[i + 2];
            pixels[i + 2] = red;
        }
        return RowFactory.create("", image.height(), image.width(), CHANNELS, CV_8UC3, pixels);
    }
}
