package dev.hypersd.serve.queue;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.ImageRequest;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Jobs whose images are generated in one batch.
 *
 * @param jobs the jobs, at least one
 */
record Batch(List<GenerationJob> jobs) {
    Batch {
        jobs = List.copyOf(jobs);
    }

    /** Generates the images of each job, in the order of the jobs. */
    List<List<GeneratedImage>> generate(DiffusionPipeline pipeline, Consumer<Step> progress) {
        return pipeline.generateTogether(requests(), new GenerationListener() {
            @Override
            public void onStep(Step step) {
                progress.accept(step);
                tellJobs(step);
            }

            @Override
            public boolean isCancelled() {
                return areAllAbandoned();
            }
        });
    }

    /** Returns the number of images. */
    int size() {
        return requests().stream().mapToInt(ImageRequest::count).sum();
    }

    /** Fails the jobs that were cancelled or are too late, and returns whether these are all jobs. */
    private boolean areAllAbandoned() {
        jobs.stream().filter(GenerationJob::isAbandoned).forEach(GenerationJob::abandon);
        return jobs.stream().allMatch(GenerationJob::isAbandoned);
    }

    private List<ImageRequest> requests() {
        return jobs.stream().map(GenerationJob::request).toList();
    }

    /**
     * Passes a step to each job, with the previews of its own images; they are decoded once for all jobs, if any job
     * requests them.
     */
    private void tellJobs(Step step) {
        Supplier<List<Image>> previews = memoized(step.previews());
        int from = 0;
        for (GenerationJob job : jobs) {
            int first = from;
            int next = from + job.request().count();
            job.onStep(new Step(
                    step.number(),
                    step.total(),
                    step.elapsed(),
                    () -> previews.get().subList(first, next)));
            from = next;
        }
    }

    private static <T> Supplier<T> memoized(Supplier<T> costly) {
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
