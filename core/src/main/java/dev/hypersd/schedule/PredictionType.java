package dev.hypersd.schedule;

import dev.hypersd.error.InvalidRequestException;
import java.util.Arrays;

/**
 * The quantity that a network was trained to predict from a noisy sample. Its text form is that of
 * scheduler_config.json.
 */
public enum PredictionType {
    /** The noise in the sample (Ho et al., 2020); Stable Diffusion 1.5 and SDXL. */
    EPSILON("epsilon") {
        @Override
        public Blend x0(NoiseLevel at) {
            return new Blend(1 / at.alpha(), -at.sigma() / at.alpha());
        }

        @Override
        public Blend eps(NoiseLevel at) {
            return new Blend(0, 1);
        }

        @Override
        public Blend output(NoiseLevel at) {
            return new Blend(0, 1);
        }
    },

    /**
     * The velocity {@code v = alpha eps - sigma x0} (Salimans and Ho, 2022), the only prediction from which the image
     * follows where a sample can be pure noise.
     */
    V_PREDICTION("v_prediction") {
        @Override
        public Blend x0(NoiseLevel at) {
            return new Blend(at.alpha(), -at.sigma());
        }

        @Override
        public Blend eps(NoiseLevel at) {
            return new Blend(at.sigma(), at.alpha());
        }

        @Override
        public Blend output(NoiseLevel at) {
            return new Blend(-at.sigma(), at.alpha());
        }
    },

    /** The image itself. */
    SAMPLE("sample") {
        @Override
        public Blend x0(NoiseLevel at) {
            return new Blend(0, 1);
        }

        @Override
        public Blend eps(NoiseLevel at) {
            return new Blend(1 / at.sigma(), -at.alpha() / at.sigma());
        }

        @Override
        public Blend output(NoiseLevel at) {
            return new Blend(1, 0);
        }
    };

    private final String text;

    PredictionType(String text) {
        this.text = text;
    }

    /** Returns the predicted image at a level, as a blend of the sample {@code x} and the network's output. */
    public abstract Blend x0(NoiseLevel at);

    /** Returns the predicted noise at a level, as a blend of the sample {@code x} and the network's output. */
    public abstract Blend eps(NoiseLevel at);

    /** Returns the network's output at a noise level, as a blend of the image and the noise that it predicts. */
    public abstract Blend output(NoiseLevel at);

    /**
     * Returns one DDIM step (Song et al., 2021, eq. 12 without noise) from level {@code from} to level {@code to}, as a
     * blend of {@code x} and the network's output. It is the identity for equal levels.
     */
    public Blend jump(NoiseLevel from, NoiseLevel to) {
        return Blend.sum(to.alpha(), x0(from), to.sigma(), eps(from));
    }

    /**
     * Returns the type with this name: that of scheduler_config.json, or {@code v} for short.
     *
     * @throws InvalidRequestException if there is none
     */
    public static PredictionType named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.text.equals(name) || type.word().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException(
                        "there is no prediction \"%s\": epsilon, v or sample".formatted(name)));
    }

    /** Returns the name in scheduler_config.json. */
    public String text() {
        return text;
    }

    /** Returns the short name: {@code epsilon}, {@code v} or {@code sample}, as in the metadata of checkpoints. */
    public String word() {
        return this == V_PREDICTION ? "v" : text;
    }
}
