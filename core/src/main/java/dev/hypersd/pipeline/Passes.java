package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The passes in which a batch of pictures is drawn: the first for all of them, and with a hires pass one more for each.
 * The steps of all passes are counted together, and the previews of each step show all pictures.
 */
final class Passes {
    private final GenerationListener listener;
    private final int total;
    private final List<Image> pictures = new ArrayList<>();
    private final long began = System.nanoTime();

    private int done;

    /**
     * Begins with no pass done.
     *
     * @param listener receives the steps of all passes
     * @param total the number of all steps
     */
    Passes(GenerationListener listener, int total) {
        this.listener = listener;
        this.total = total;
    }

    /** Returns the listener for the pass over all pictures, which has this number of steps. */
    GenerationListener first(int steps) {
        return new Pass(steps, previews -> previews, pictures -> pictures);
    }

    /** Keeps the pictures of the first pass, and returns them. */
    List<Image> keep(List<Image> drawn) {
        pictures.addAll(drawn);
        return drawn;
    }

    /** Returns the listener for the second pass over picture {@code index}, which has this number of steps. */
    GenerationListener second(int index, int steps) {
        return new Pass(
                steps,
                previews -> {
                    List<Image> all = new ArrayList<>(pictures);
                    all.set(index, previews.getFirst());
                    return all;
                },
                _ -> Set.of(index));
    }

    private final class Pass implements GenerationListener {
        private final int before = done;
        private final UnaryOperator<List<Image>> all;
        private final UnaryOperator<Set<Integer>> numbers;

        /**
         * Creates a listener.
         *
         * @param all makes the previews of all pictures of those of this pass
         * @param numbers makes the numbers of pictures among all of those in this pass
         */
        Pass(int steps, UnaryOperator<List<Image>> all, UnaryOperator<Set<Integer>> numbers) {
            this.all = all;
            this.numbers = numbers;
            done += steps;
        }

        @Override
        public void onStep(Step step) {
            listener.onStep(new Step(
                    before + step.number(),
                    total,
                    Duration.ofNanos(System.nanoTime() - began),
                    () -> all.apply(step.previews().get())));
        }

        @Override
        public void onWarning(String sentence) {
            listener.onWarning(sentence);
        }

        @Override
        public void onWarning(String sentence, Set<Integer> pictures) {
            listener.onWarning(sentence, numbers.apply(pictures));
        }

        @Override
        public boolean isCancelled() {
            return listener.isCancelled();
        }
    }
}
