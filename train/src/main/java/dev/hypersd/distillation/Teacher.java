package dev.hypersd.distillation;

import dev.hypersd.nn.Adapters;
import dev.hypersd.objective.Predictor;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The teacher, whose trajectories or scores are learned.
 *
 * @param adapters the adapters that make the network this teacher: none for the base model, or the LoRA of an earlier
 *     stage
 * @param guidance the range of guidance scales; none for a teacher into which guidance was distilled, to which it would
 *     be applied twice
 */
record Teacher(Predictor predictor, Adapters adapters, Guidance guidance) {
    private static final double USUAL_GUIDANCE = 3;
    private static final double MOST_GUIDANCE = 30;

    /**
     * The range of guidance scales, one of which is drawn for each sample. The student is used without guidance and
     * learns their average, so the range should be narrow.
     *
     * @param least the smallest scale; 1 for no guidance
     * @param greatest the greatest scale, at least the smallest
     */
    public record Guidance(double least, double greatest) {
        /** No guidance. */
        public static final Guidance NONE = new Guidance(1, 1);

        public Guidance {
            if (!(least >= 1 && greatest >= least)) {
                throw new IllegalArgumentException(
                        "guidance from %s to %s is no range above 1".formatted(least, greatest));
            }
        }
    }

    /** Which network is the teacher. */
    sealed interface Source permits Settings, StudentWithoutLora {
        /** Opens the teacher of a student. */
        Teacher open(Student student, PretrainedModel pretrained);
    }

    /**
     * The averaged student itself, without the LoRA that is below it: a model that learns a style, and draws it in many
     * steps, teaches itself to draw it in few with a few-step LoRA below.
     */
    record StudentWithoutLora(Guidance guidance) implements Source {
        @Override
        public Teacher open(Student student, PretrainedModel pretrained) {
            return new Teacher(student.predictor(), student.weights().bareAverage(), guidance);
        }
    }

    /**
     * The settings of a teacher that does not change.
     *
     * @param lora a LoRA over the base model; empty for the base model itself
     */
    public record Settings(Optional<Path> lora, Guidance guidance) implements Source {
        /** Reads the keys {@code teacher_lora}, {@code least_guidance} and {@code greatest_guidance}. */
        static Settings read(Section section) {
            Optional<Path> lora = section.optionalPath("teacher_lora");
            // A teacher that was distilled has learned the guidance; the base model has not.
            double least = section.number("least_guidance", lora.isPresent() ? 1 : USUAL_GUIDANCE, 1, MOST_GUIDANCE);
            double greatest = section.number("greatest_guidance", least, least, MOST_GUIDANCE);
            return new Settings(lora, new Guidance(least, greatest));
        }

        @Override
        public Teacher open(Student student, PretrainedModel pretrained) {
            Adapters adapters = lora.map(file -> pretrained.model().withLora(file, student.arena()))
                    .orElse(Adapters.NONE);
            return new Teacher(student.predictor(), adapters, guidance);
        }
    }

    /** Returns whether this is the base model itself. */
    @SuppressWarnings("ReferenceEquality") // No adapters are one object.
    boolean isBase() {
        return adapters == Adapters.NONE;
    }

    /** Returns the solver for one batch, with guidance scales drawn for it. */
    Solver solver(Batch batch, RandomSource random) {
        float[] scales = new float[batch.size()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) (guidance.least + random.uniform() * (guidance.greatest - guidance.least));
        }
        return new Solver(
                predictor,
                adapters,
                batch,
                guidance.greatest > 1 ? Optional.of(Tensors.of(scales, scales.length, 1, 1, 1)) : Optional.empty());
    }

    /**
     * A network that follows its trajectories for the captions of one batch.
     *
     * @param adapters the adapters of the network
     * @param guidanceScale the scale of each sample, {@code [B, 1, 1, 1]}; empty for no guidance
     */
    record Solver(Predictor predictor, Adapters adapters, Batch batch, Optional<Tensor> guidanceScale) {
        /** Returns the network's prediction. */
        Tensor predict(Tensor latents, int[] timesteps) {
            return adapters.during(() -> guidanceScale
                    .map(scale -> predictor.guided(latents, timesteps, batch.text(), batch.empty(), scale))
                    .orElseGet(() -> predictor.predict(latents, timesteps, batch.text())));
        }

        /**
         * Returns the network's prediction with guidance, of which only the part without captions is computed.
         *
         * @param predicted the prediction with captions
         */
        Tensor guided(Tensor predicted, Noisy noisy) {
            return guidanceScale
                    .map(scale -> adapters.during(() -> {
                        Tensor without = predictor.predict(noisy.latents(), noisy.timesteps(), batch.empty());
                        return without.add(predicted.sub(without).mul(scale));
                    }))
                    .orElse(predicted);
        }

        /** Takes one step of DDIM. */
        Tensor step(Tensor latents, int[] from, int[] to) {
            return predictor.schedule().jump(latents, predict(latents, from), from, to);
        }
    }
}
