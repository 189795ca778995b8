package dev.hypersd.bulk;

import dev.hypersd.bulk.Outcome.Drawn;
import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.ResolvedOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Draws pictures in batches of those that differ in prompts and seeds only. A picture that cannot be drawn does not
 * stop the others: what fails together is drawn again one by one.
 *
 * @param resolve makes the request of a picture from its options
 * @param model the fingerprint of the model
 * @param pipeline returns the pipeline, which is loaded when there is something to draw
 * @param batch the greatest number of pictures that are drawn at once
 * @param warnings told of what is likely to give bad pictures, in full sentences
 */
public record BatchDrawing(
        Function<GenerationOptions, ResolvedOptions> resolve,
        String model,
        Supplier<DiffusionPipeline> pipeline,
        int batch,
        Consumer<String> warnings) {
    private static final int DIGITS = 32;

    /**
     * A picture that is ready to be drawn.
     *
     * @param fingerprint the hash of everything that determines the picture
     */
    public record Prepared(Wanted wanted, ImageRequest request, String fingerprint) {}

    /**
     * Checks the options of {@code wanted} and makes its request.
     *
     * @param failed told if that is not possible
     * @return the request; none if it failed
     */
    List<Prepared> prepare(Wanted wanted, Consumer<Failure> failed) {
        try {
            ResolvedOptions resolved = resolve.apply(wanted.options());
            resolved.warnings().forEach(warnings);
            String fingerprint = new Fingerprint()
                    .add(model)
                    .add(PictureFingerprint.of(resolved.request()))
                    .digits(DIGITS);
            return List.of(new Prepared(wanted, resolved.request(), fingerprint));
        } catch (RuntimeException e) {
            failed.accept(Failure.of(wanted, e));
            return List.of();
        }
    }

    /** Prepares and draws all of {@code pictures}, and tells {@code done} of each. */
    public void drawAll(List<Wanted> pictures, Consumer<Outcome> done) {
        List<Prepared> prepared = new ArrayList<>();
        pictures.forEach(wanted -> prepared.addAll(prepare(wanted, done::accept)));
        draw(prepared, done);
    }

    /** Draws {@code pictures} and tells {@code done} of each, in an order that only depends on the pictures. */
    void draw(List<Prepared> pictures, Consumer<Outcome> done) {
        Map<ImageRequest, List<Prepared>> alike = new LinkedHashMap<>();
        pictures.forEach(picture -> alike.computeIfAbsent(kind(picture.request()), _ -> new ArrayList<>())
                .add(picture));
        for (List<Prepared> some : alike.values()) {
            for (int first = 0; first < some.size(); first += batch) {
                together(some.subList(first, Math.min(first + batch, some.size())), done);
            }
        }
    }

    /** Returns what pictures have in common that are drawn in one batch, see {@link ImageRequest#joins}. */
    private static ImageRequest kind(ImageRequest request) {
        return request.toBuilder().prompts(List.of(Prompt.of(""))).seed(0).build();
    }

    private void together(List<Prepared> some, Consumer<Outcome> done) {
        DiffusionPipeline loaded = pipeline.get();
        List<Outcome> outcomes = new ArrayList<>();
        try {
            long begin = System.nanoTime();
            List<List<GeneratedImage>> drawn =
                    loaded.generateTogether(some.stream().map(Prepared::request).toList(), listener());
            double seconds = (System.nanoTime() - begin) / 1e9 / some.size();
            for (int i = 0; i < some.size(); i++) {
                Prepared picture = some.get(i);
                outcomes.add(new Drawn(
                        picture.wanted(), picture.fingerprint(), drawn.get(i).getFirst(), seconds));
            }
        } catch (GenerationCancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            if (some.size() > 1) {
                some.forEach(picture -> together(List.of(picture), done));
                return;
            }
            outcomes.add(Failure.of(some.getFirst().wanted(), e));
        }
        outcomes.forEach(done);
    }

    private GenerationListener listener() {
        return new GenerationListener() {
            @Override
            public void onWarning(String sentence) {
                warnings.accept(sentence);
            }
        };
    }
}
