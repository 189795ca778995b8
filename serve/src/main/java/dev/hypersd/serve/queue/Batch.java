package dev.hypersd.serve.queue;

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
 * @param jobs at least one
 */
record Batch(List<GenerationJob> jobs) {
    Batch {
        jobs = List.copyOf(jobs);
    }

    /** The pictures of each job. */
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

    /** Ends the jobs that nobody waits for any more; whether those are all. */
    boolean isOver() {
        jobs.stream().filter(GenerationJob::isOver).forEach(GenerationJob::end);
        return jobs.stream().allMatch(GenerationJob::isOver);
    }

    private List<ImageRequest> requests() {
        return jobs.stream().map(job -> job.order().request()).toList();
    }

    /** Shows everybody their own pictures, decoded once for all; also who has just cancelled, because this step is done anyway. */
    private void tell(Step step) {
        Supplier<List<Image>> previews = once(step.previews());
        int from = 0;
        for (GenerationJob job : jobs) {
            int first = from;
            int next = from + job.order().request().count();
            job.tell(new Step(
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
