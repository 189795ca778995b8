package dev.hypersd.recipe;

import dev.hypersd.image.Image;
import dev.hypersd.tensorboard.EventFile;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;

/** Writes all numbers and sample pictures of a run for TensorBoard, into the folder {@code tensorboard}. */
final class BoardLog implements TrainingListener, AutoCloseable {
    private final EventFile events;

    /**
     * Creates the listener.
     *
     * @param folder of the run
     */
    BoardLog(Path folder) {
        this.events = EventFile.in(folder.resolve("tensorboard"));
    }

    /** Removes the steps that the resumed run will write again. */
    @Override
    public void started(long done, long steps) {
        events.continueAfter(done);
    }

    @Override
    public void step(StepReport report) {
        events.scalars(report.step(), report.values());
        events.scalars(report.step(), Map.of("samples per second", report.samples() / report.seconds()));
    }

    @Override
    public void measured(long step, Map<String, Double> values) {
        events.scalars(step, values);
    }

    @Override
    public void drew(long step, Map<String, Image> pictures) {
        pictures.forEach((name, image) -> events.image(step, name, image.width(), image.height(), png(image)));
    }

    private static byte[] png(Image image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image.toBufferedImage(), "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        events.close();
    }
}
