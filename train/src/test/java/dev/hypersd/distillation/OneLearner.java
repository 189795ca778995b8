package dev.hypersd.distillation;

import dev.hypersd.data.Dataset;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Objective;
import java.nio.file.Path;
import java.util.List;

/** An objective in which only one learns. */
record OneLearner(DistillationObjective objective, Learner<LatentSample> learner) implements Objective<LatentSample> {
    @Override
    public Dataset<LatentSample> samples() {
        return objective.samples();
    }

    @Override
    public List<Learner<LatentSample>> learners() {
        return List.of(learner);
    }

    @Override
    public void publish(Path target) {}

    @Override
    public void close() {}
}
