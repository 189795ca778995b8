package dev.hypersd.distillation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.objective.Predictor;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.RandomSource;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Draws latents with the student from noise, as it will be used: in one step, or in a few with fresh noise between
 * them.
 *
 * @param timesteps the timesteps at which the student is evaluated, decreasing; at least one
 */
record Rollout(Predictor predictor, List<Integer> timesteps) {
    /**
     * The key {@code timesteps} of a section.
     *
     * @param timesteps decreasing timesteps; if empty, only the last timestep of the model
     */
    record Settings(List<Integer> timesteps) {
        Settings {
            timesteps = List.copyOf(timesteps);
        }

        static Settings read(Section section) {
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
            return new Settings(timesteps);
        }

        Rollout open(Student student) {
            int last = student.schedule().trainTimesteps() - 1;
            if (!timesteps.isEmpty() && timesteps.getFirst() > last) {
                throw new InvalidRequestException(
                        "timesteps of the distillation is %s, and the model's last timestep is %d; begin there or below"
                                .formatted(timesteps, last));
            }
            return new Rollout(student.predictor(), timesteps.isEmpty() ? List.of(last) : timesteps);
        }
    }

    /**
     * The latents that the student has drawn up to one of the steps, which was chosen at random.
     *
     * @param input the input of the last step
     * @param timestep the timestep of the last step
     * @param clean the predicted clean latents, {@code [B, C, h, w]}; gradients flow into the last step
     */
    record Drawn(Tensor input, int timestep, Tensor clean) {}

    /** Draws latents for the captions of {@code batch}. */
    Drawn draw(Batch batch, RandomSource random) {
        NoiseSchedule schedule = predictor.schedule();
        Tensor noise = random.normal(Tensors.shape(batch.latents()));
        int last = random.integers(timesteps.size(), 1)[0];
        Tensor input = Gradients.off(() -> {
            Tensor x = noise;
            for (int i = 0; i < last; i++) {
                Tensor clean = predictor.clean(x, batch.all(timesteps.get(i)), batch.text());
                x = schedule.addNoise(clean, random.normal(Tensors.shape(noise)), timesteps.get(i + 1));
            }
            return x;
        });
        int timestep = timesteps.get(last);
        return new Drawn(input, timestep, predictor.clean(input, batch.all(timestep), batch.text()));
    }
}
