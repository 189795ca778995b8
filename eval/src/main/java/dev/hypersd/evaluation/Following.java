package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.metric.LineAgreement;
import dev.hypersd.pipeline.Control;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.ImageRequest;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/**
 * How closely a model with a ControlNet follows the lines that it is given: of test scenes, lines are made, pictures are drawn along them, and of those
 * lines are made in the same way and compared.
 *
 * @param model what was drawn
 * @param autoencoder the scenes themselves after the model's autoencoder: the best that could be drawn
 * @param chance what was drawn, compared with the lines of the scene after it: what pictures have in common anyway
 */
public record Following(Share model, Share autoencoder, Share chance) {
    /**
     * Means over all pictures.
     *
     * @param precision the share of the lines drawn that lie on lines wanted
     * @param recall the share of the lines wanted that were drawn
     * @param value the mean of {@link LineAgreement#value()}
     */
    public record Share(double precision, double recall, double value) {
        static Share of(List<LineAgreement> agreements) {
            return new Share(
                    agreements.stream()
                            .mapToDouble(LineAgreement::precision)
                            .average()
                            .orElseThrow(),
                    agreements.stream()
                            .mapToDouble(LineAgreement::recall)
                            .average()
                            .orElseThrow(),
                    agreements.stream()
                            .mapToDouble(LineAgreement::value)
                            .average()
                            .orElseThrow());
        }

        private String row(String name) {
            return String.format(Locale.ROOT, "%-12s%10.3f%10.3f%10.3f", name, value, precision, recall);
        }
    }

    /**
     * Draws along the lines of test scenes.
     *
     * @param request all but prompt, seed and control; scene number n is drawn from this request's seed + n
     * @param network the ControlNet
     * @param lines makes the picture that it follows
     * @param scenes how many, at least 2
     * @param progress told how many are left
     */
    public static Following of(
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
        List<LineAgreement> possible = new ArrayList<>();
        for (int i = 0; i < scenes; i++) {
            Sample scene = test.get(i);
            Image control = lines.apply(scene.image());
            wanted.add(control);
            ImageRequest one = request.withPrompts(
                            List.of(request.promptOf(0).withText(scene.caption().text())))
                    .withImages(1, request.seed() + i)
                    .withControl(Control.of(network, control));
            drawn.add(lines.apply(pipeline.generate(one).getFirst().image()));
            Image best = pipeline.reconstruct(List.of(scene.image())).getFirst();
            possible.add(LineAgreement.between(control, lines.apply(best)));
            progress.accept(scenes - 1 - i);
        }
        return new Following(Share.of(pairs(wanted, drawn, 0)), Share.of(possible), Share.of(pairs(wanted, drawn, 1)));
    }

    private static List<LineAgreement> pairs(List<Image> wanted, List<Image> drawn, int shift) {
        List<LineAgreement> pairs = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            pairs.add(LineAgreement.between(wanted.get((i + shift) % wanted.size()), drawn.get(i)));
        }
        return pairs;
    }

    /** A table for people. */
    public String table() {
        return String.join(
                "\n",
                "%-12s%10s%10s%10s".formatted("", "agreement", "precision", "recall"),
                model.row("model"),
                autoencoder.row("autoencoder"),
                chance.row("chance"));
    }
}
