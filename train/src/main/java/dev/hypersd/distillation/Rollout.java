package dev.hypersd.distillation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.objective.Predictor;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.RandomSource;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws latents with the student from noise, as it will be used: in one step, or in a few with the steps of TCD (Zheng
 * et al., 2024, algorithm 2) between them.
 *
 * @param timesteps the timesteps at which the student is evaluated, decreasing; at least one
 * @param eta how much of the noise in a step is fresh, 0 (DDIM) to 1
 * @param earliest the earliest step, counted from 1, after which latents are taken
 */
record Rollout(Predictor predictor, List<Integer> timesteps, double eta, int earliest) {
    /** Which of the steps are trained by default. */
    enum Trained {
        ALL,
        /** The last half, as rewards are taken there (Ren et al., 2024). */
        LAST_HALF
    }

    /**
     * The keys {@code timesteps}, {@code eta} and {@code earliest_step} of a section.
     *
     * @param timesteps decreasing timesteps; if empty, only the last timestep of the model
     * @param earliest the earliest step after which latents are taken
     */
    record Settings(List<Integer> timesteps, double eta, int earliest) {
        Settings {
            timesteps = List.copyOf(timesteps);
        }

        /** Creates settings with fresh noise, in which latents are taken after any step. */
        Settings(List<Integer> timesteps) {
            this(timesteps, 1, 1);
        }

        static Settings read(Section section, Trained trained) {
            List<Integer> timesteps = section.counts("timesteps", List.of());
            if (section.has("timesteps") && timesteps.isEmpty()) {
                throw section.invalid("timesteps", "is empty");
            }
            for (int i = 0; i < timesteps.size(); i++) {
                if (timesteps.get(i) < 0 || (i > 0 && timesteps.get(i) >= timesteps.get(i - 1))) {
                    throw section.invalid(
                            "timesteps", "is %s, they must fall and end at 0 or above".formatted(timesteps));
                }
            }
            int steps = Math.max(timesteps.size(), 1);
            if (steps == 1 && section.has("eta")) {
                throw section.invalid("eta", "is the share of fresh noise between steps, and there is a single step");
            }
            OptionalInt named = section.optionalCount("earliest_step", 1);
            if (named.orElse(1) > steps) {
                throw section.invalid(
                        "earliest_step", "is %d, and there are %d steps".formatted(named.getAsInt(), steps));
            }
            int earliest = named.orElse(trained == Trained.LAST_HALF ? steps / 2 + 1 : 1);
            return new Settings(timesteps, section.number("eta", 1, 0, 1), earliest);
        }

        Rollout open(Student student) {
            int last = student.schedule().trainTimesteps() - 1;
            if (!timesteps.isEmpty() && timesteps.getFirst() > last) {
                throw new InvalidRequestException(
                        "timesteps of the distillation is %s, and the model's last timestep is %d; begin there or below"
                                .formatted(timesteps, last));
            }
            return new Rollout(student.predictor(), timesteps.isEmpty() ? List.of(last) : timesteps, eta, earliest);
        }
    }

    /**
     * The latents that the student has drawn up to one of the steps, which was chosen at random.
     *
     * @param start the input of the last step
     * @param clean the predicted clean latents, {@code [B, C, h, w]}; gradients flow into the last step
     */
    record Drawn(Noisy start, Tensor clean) {}

    /** Draws latents for the captions of {@code batch}, up to one of the steps from the earliest on. */
    Drawn draw(Batch batch, RandomSource random) {
        int last = earliest - 1 + random.integers(timesteps.size() + 1 - earliest, 1)[0];
        return draw(batch, last, random);
    }

    /** Draws latents in all steps. */
    Drawn drawAll(Batch batch, RandomSource random) {
        return draw(batch, timesteps.size() - 1, random);
    }

    private Drawn draw(Batch batch, int last, RandomSource random) {
        Tensor noise = random.normal(Tensors.shape(batch.latents()));
        Tensor input = Gradients.off(() -> {
            Tensor x = noise;
            for (int i = 0; i < last; i++) {
                x = step(x, timesteps.get(i), timesteps.get(i + 1), batch, random);
            }
            return x;
        });
        int[] timestep = batch.all(timesteps.get(last));
        return new Drawn(new Noisy(input, timestep), predictor.clean(input, timestep, batch.text()));
    }

    /** Goes to a timestep below {@code to}, the lower the higher eta is, and adds noise up to {@code to}. */
    private Tensor step(Tensor x, int from, int to, Batch batch, RandomSource random) {
        NoiseSchedule schedule = predictor.schedule();
        int below = (int) ((1 - eta) * to);
        Tensor jumped = predictor.step(x, batch.all(from), batch.all(below), batch.text());
        return eta == 0 ? jumped : schedule.renoise(jumped, random.normal(Tensors.shape(x)), below, to);
    }
}
