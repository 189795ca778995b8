package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.metric.BoundaryScore;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * The measure of how closely a model with a ControlNet follows lines. Lines are extracted from test scenes, pictures
 * are drawn with these lines as control, and the lines extracted from those pictures are compared with the first ones.
 *
 * @param model the score of the drawn pictures
 * @param reconstruction the score of the scenes after the model's autoencoder, which is the best that can be reached
 * @param chance the score of the drawn pictures against the lines of the next scene, which unrelated pictures reach
 */
public record ControlFidelity(Mean model, Mean reconstruction, Mean chance) {
    /**
     * The means of {@link BoundaryScore}s over all pictures.
     *
     * @param f1 the mean of the F1s, not the F1 of the means
     */
    public record Mean(double precision, double recall, double f1) {
        static Mean of(List<BoundaryScore> scores) {
            return new Mean(
                    mean(scores, BoundaryScore::precision),
                    mean(scores, BoundaryScore::recall),
                    mean(scores, BoundaryScore::f1));
        }

        private static double mean(List<BoundaryScore> scores, ToDoubleFunction<BoundaryScore> part) {
            return scores.stream().mapToDouble(part).average().orElseThrow();
        }

        private String row(String name) {
            return String.format(Locale.ROOT, "%-16s%10.3f%10.3f%10.3f", name, f1, precision, recall);
        }
    }

    /**
     * Draws pictures that are controlled by the lines of test scenes, and measures them.
     *
     * @param request all options except prompt, seed and control; scene number n is drawn from this request's seed + n
     * @param network the ControlNet
     * @param lines extracts the lines of a picture, in the form that the ControlNet takes
     * @param scenes the number of scenes, at least 2
     * @param progress receives the number of scenes that are left
     */
    public static ControlFidelity of(
            DiffusionPipeline pipeline,
            ImageRequest request,
            Path network,
            UnaryOperator<Image> lines,
            int scenes,
            IntConsumer progress) {
        int side = pipeline.sizeOf(request).width();
        Scenes test = new Scenes(Split.TEST, scenes, side, Optional.empty(), 0);
        List<Image> wanted = new ArrayList<>();
        List<Image> drawn = new ArrayList<>();
        List<BoundaryScore> possible = new ArrayList<>();
        for (int i = 0; i < scenes; i++) {
            Sample scene = test.get(i);
            Image control = lines.apply(scene.image());
            wanted.add(control);
            ImageRequest one = request.toBuilder()
                    .prompts(
                            List.of(request.promptOf(0).withText(scene.caption().text())))
                    .seed(request.seed() + i)
                    .control(Control.of(network, control))
                    .build();
            drawn.add(lines.apply(pipeline.generate(one).getFirst().image()));
            Image best = pipeline.reconstruct(List.of(scene.image())).getFirst();
            possible.add(BoundaryScore.between(control, lines.apply(best)));
            progress.accept(scenes - 1 - i);
        }
        return new ControlFidelity(
                Mean.of(pairs(wanted, drawn, 0)), Mean.of(possible), Mean.of(pairs(wanted, drawn, 1)));
    }

    private static List<BoundaryScore> pairs(List<Image> wanted, List<Image> drawn, int shift) {
        List<BoundaryScore> pairs = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            pairs.add(BoundaryScore.between(wanted.get((i + shift) % wanted.size()), drawn.get(i)));
        }
        return pairs;
    }

    /** Returns a table as text: F1, precision and recall of the model, the reconstruction and chance. */
    public String table() {
        return String.join(
                "\n",
                "%-16s%10s%10s%10s".formatted("", "F1", "precision", "recall"),
                model.row("model"),
                reconstruction.row("reconstruction"),
                chance.row("chance"));
    }
}
