package dev.hypersd.serve.queue;

import dev.hypersd.image.Image;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.ImageRequest;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Images of several jobs that are generated in one batch.
 *
 * @param parts what is generated of each job, at least one
 */
record Batch(List<Part> parts) {
    Batch {
        parts = List.copyOf(parts);
    }

    /** The images of a job that are generated in one turn: all of them, or the next few of a large number. */
    record Part(GenerationJob job, ImageRequest request) {}

    /**
     * Generates the images of each part, in the order of the parts.
     *
     * @param onStep carried out after each denoising step, before the jobs are told
     */
    List<List<GeneratedImage>> generate(DiffusionPipeline pipeline, Runnable onStep) {
        return pipeline.generateTogether(requests(), new GenerationListener() {
            @Override
            public void onStep(Step step) {
                onStep.run();
                tellJobs(step);
            }

            @Override
            public void onWarning(String sentence) {
                jobs().forEach(job -> job.warn(sentence));
            }

            @Override
            public void onWarning(String sentence, Set<Integer> pictures) {
                warnJobs(sentence, pictures);
            }

            @Override
            public boolean isCancelled() {
                return areAllAbandoned();
            }
        });
    }

    /** Passes a warning to the jobs of these pictures and to no others, because it may quote their prompt. */
    private void warnJobs(String sentence, Set<Integer> pictures) {
        int from = 0;
        for (Part part : parts) {
            int end = from + part.request().count();
            if (IntStream.range(from, end).anyMatch(pictures::contains)) {
                part.job().warn(sentence);
            }
            from = end;
        }
    }

    /** Returns the number of images. */
    int size() {
        return parts.stream().mapToInt(part -> part.request().count()).sum();
    }

    /** Returns the jobs, in the order of their parts. */
    List<GenerationJob> jobs() {
        return parts.stream().map(Part::job).toList();
    }

    /** Fails the jobs that were cancelled or are too late, and returns whether these are all jobs. */
    private boolean areAllAbandoned() {
        boolean all = true;
        for (Part part : parts) {
            if (part.job().isAbandoned()) {
                part.job().abandon();
            } else {
                all = false;
            }
        }
        return all;
    }

    private List<ImageRequest> requests() {
        return parts.stream().map(Part::request).toList();
    }

    /**
     * Passes a step to each job, with the previews of its own images; they are decoded once for all jobs, if any job
     * requests them.
     */
    private void tellJobs(Step step) {
        Supplier<List<Image>> previews = memoized(step.previews());
        int from = 0;
        for (Part part : parts) {
            int first = from;
            int count = part.request().count();
            part.job()
                    .onStep(
                            count,
                            new Step(
                                    step.number(),
                                    step.total(),
                                    step.elapsed(),
                                    () -> previews.get().subList(first, first + count)));
            from += count;
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
