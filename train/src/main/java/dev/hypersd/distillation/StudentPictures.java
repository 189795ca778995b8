package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.LatentTask;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.RandomSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** What the present student draws, without gradients, for the networks that learn from it. */
interface StudentPictures {
    /**
     * Drawn pictures with the samples whose captions they have.
     *
     * @param batch the samples, which need not be those that were given
     */
    record Pictures(Batch batch, Rollout.Drawn drawn) {}

    /** Returns pictures for the captions of {@code batch}, or others of the same step. */
    Pictures of(Batch batch, RandomSource random);

    /** Draws new pictures for every update. */
    static StudentPictures fresh(Student student, Rollout rollout) {
        return (batch, random) -> new Pictures(batch, student.frozen(() -> rollout.draw(batch, random)));
    }

    /**
     * Draws pictures once in a training step, where the student stays the same until its own update. All updates of the
     * other networks learn from these.
     */
    static StudentPictures oncePerStep(Student student, Rollout rollout, LatentTask task) {
        return student.arena().own(new OncePerStep(fresh(student, rollout), task));
    }

    /** The pictures of a step by the number of the micro-batch. */
    final class OncePerStep implements StudentPictures, AutoCloseable {
        private final StudentPictures fresh;
        private final LatentTask task;
        private final Map<Long, Kept> kept = new HashMap<>();

        private OncePerStep(StudentPictures fresh, LatentTask task) {
            this.fresh = fresh;
            this.task = task;
        }

        /** Pictures that outlive the update that has drawn them. */
        private record Kept(
                long step, List<LatentSample> samples, List<long[]> captions, Rollout.Drawn drawn, TensorArena arena) {
            static Kept of(Pictures pictures) {
                TensorArena arena = new TensorArena();
                Batch batch = pictures.batch();
                Noisy start = pictures.drawn().start();
                Tensor clean = arena.own(pictures.drawn().clean());
                Rollout.Drawn drawn =
                        new Rollout.Drawn(new Noisy(arena.own(start.latents()), start.timesteps()), clean);
                return new Kept(batch.step(), batch.samples(), batch.captions(), drawn, arena);
            }
        }

        @Override
        public Pictures of(Batch batch, RandomSource random) {
            Kept known = kept.get(random.microBatch());
            if (known == null || known.step() != batch.step()) {
                Kept drawn = Kept.of(fresh.of(batch, random));
                if (known != null) {
                    known.arena().close();
                }
                kept.put(random.microBatch(), drawn);
                return new Pictures(batch, drawn.drawn());
            }
            return new Pictures(again(known), known.drawn());
        }

        private Batch again(Kept known) {
            return new Batch(
                    known.samples(),
                    task.latents(known.samples()),
                    task.conditioning(known.captions(), LatentSample.framings(known.samples())),
                    task.empty(LatentSample.framings(known.samples())),
                    known.captions(),
                    known.step());
        }

        @Override
        public void close() {
            kept.values().forEach(pictures -> pictures.arena().close());
        }
    }
}
