package dev.hypersd.serve.studio;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.ImageRequest;
import dev.hypersd.pipeline.Step;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Commissions that are drawn together.
 *
 * @param commissions at least one
 */
record Batch(List<Commission> commissions) {
    Batch {
        commissions = List.copyOf(commissions);
    }

    /** The pictures of each commission. */
    List<List<GeneratedImage>> draw(DiffusionPipeline pipeline, Consumer<Step> progress) {
        return pipeline.generateTogether(requests(), new GenerationListener() {
            @Override
            public void onStep(Step step) {
                progress.accept(step);
                tell(step);
            }

            @Override
            public boolean isCancelled() {
                return isOver();
            }
        });
    }

    /** How many pictures it is about. */
    int count() {
        return requests().stream().mapToInt(ImageRequest::count).sum();
    }

    /** What the pictures are to show. */
    String prompt() {
        return requests().getFirst().promptOf(0).text();
    }

    /** Ends the commissions that nobody waits for any more; whether those are all. */
    boolean isOver() {
        commissions.stream().filter(Commission::isOver).forEach(Commission::end);
        return commissions.stream().allMatch(Commission::isOver);
    }

    private List<ImageRequest> requests() {
        return commissions.stream()
                .map(commission -> commission.order().request())
                .toList();
    }

    /** Shows everybody their own pictures, decoded once for all; also who has just cancelled, because this step is done anyway. */
    private void tell(Step step) {
        Supplier<List<Image>> previews = once(step.previews());
        int from = 0;
        for (Commission commission : commissions) {
            int first = from;
            int next = from + commission.order().request().count();
            commission.tell(new Step(
                    step.number(),
                    step.total(),
                    step.elapsed(),
                    () -> previews.get().subList(first, next)));
            from = next;
        }
    }

    private static <T> Supplier<T> once(Supplier<T> costly) {
        return new Supplier<>() {
            private Supplier<T> value = this::first;

            private T first() {
                T made = costly.get();
                value = () -> made;
                return made;
            }

            @Override
            public T get() {
                return value.get();
            }
        };
    }
}
