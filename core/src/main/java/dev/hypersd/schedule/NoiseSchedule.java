package dev.hypersd.schedule;

import dev.hypersd.json.JsonObject;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * The noise level of every training timestep, and the moves between them: immutable, safe to share.
 *
 * <p>Samples are {@code [B, ...]} of any floating-point type; F32 is recommended, because the moves amplify rounding at
 * high noise. Timesteps are 0 (almost clean) to {@link #trainTimesteps()} - 1 (almost noise); every method takes either
 * one for the whole batch or one for each sample. Results are new tensors, gradients flow through them, and arguments
 * are not changed.
 *
 * <p>Timestep 0 is not the clean image: consistency models end their trajectories there, in training as in sampling,
 * and the noise that it leaves (0.029 in Stable Diffusion) is harmless. {@link #toX0} gives the clean image.
 */
public final class NoiseSchedule {
    private final ScheduleSettings settings;
    private final NoiseLevel[] levels;

    public NoiseSchedule(ScheduleSettings settings) {
        this.settings = settings;
        this.levels = levels(alphaBars(settings));
    }

    private NoiseSchedule(ScheduleSettings settings, NoiseLevel[] levels) {
        this.settings = settings;
        this.levels = levels;
    }

    /** Reads the schedule of a scheduler_config.json; see {@link ScheduleSettings#from}. */
    public static NoiseSchedule from(JsonObject config) {
        return new NoiseSchedule(ScheduleSettings.from(config));
    }

    /** Returns the same noise levels for a network that predicts something else. */
    public NoiseSchedule withPrediction(PredictionType other) {
        return new NoiseSchedule(settings.withPrediction(other), levels);
    }

    /** Returns the settings that this schedule was made from. */
    public ScheduleSettings settings() {
        return settings;
    }

    /** Returns what the network predicts. */
    public PredictionType prediction() {
        return settings.prediction();
    }

    /** Returns the number of timesteps, 1000 in Stable Diffusion. */
    public int trainTimesteps() {
        return levels.length;
    }

    /** Returns the noise level at timestep {@code t}. */
    public NoiseLevel level(int t) {
        if (t < 0 || t >= levels.length) {
            throw new IllegalArgumentException(
                    "timestep " + t + " is outside this noise schedule, which has 0 to " + (levels.length - 1));
        }
        return levels[t];
    }

    /** Returns {@code x_t = alpha_t x0 + sigma_t noise}. */
    public Tensor addNoise(Tensor x0, Tensor noise, int... t) {
        return blend(x0, noise, t, i -> {
            NoiseLevel at = level(t[i]);
            return new Blend(at.alpha(), at.sigma());
        });
    }

    /** Returns {@code v_t = alpha_t noise - sigma_t x0}, the target of v-prediction. */
    public Tensor velocity(Tensor x0, Tensor noise, int... t) {
        return blend(x0, noise, t, i -> {
            NoiseLevel at = level(t[i]);
            return new Blend(-at.sigma(), at.alpha());
        });
    }

    /** Returns the image that follows from the network's output {@code output} for {@code xt}. */
    public Tensor toX0(Tensor xt, Tensor output, int... t) {
        return blend(xt, output, t, i -> prediction().x0(level(t[i])));
    }

    /** Returns the noise that follows from the network's output {@code output} for {@code xt}. */
    public Tensor toEps(Tensor xt, Tensor output, int... t) {
        return blend(xt, output, t, i -> prediction().eps(level(t[i])));
    }

    /**
     * Takes one deterministic DDIM step (the paper's Psi): the result has the image and the noise that the network
     * predicts for {@code x}, at timestep {@code to}. It is the identity where {@code to = from}; either direction is
     * allowed.
     *
     * @param output the network's output for {@code x} at {@code from}
     */
    public Tensor jump(Tensor x, Tensor output, int[] from, int[] to) {
        checkPairs(from, to);
        return blend(x, output, from, i -> prediction().jump(level(from[i]), level(to[i])));
    }

    /** Takes a step as {@link #jump(Tensor, Tensor, int[], int[])} does, with the same timesteps for all samples. */
    public Tensor jump(Tensor x, Tensor output, int from, int to) {
        return jump(x, output, new int[] {from}, new int[] {to});
    }

    /**
     * Adds noise from one noise level to a higher one (forward diffusion):
     * {@code sqrt(abar_t / abar_s) x + sqrt(1 - abar_t / abar_s) noise}.
     *
     * @param from the timestep s of {@code x}
     * @param to the timestep t of the result, not below {@code from}
     */
    public Tensor renoise(Tensor x, Tensor noise, int[] from, int[] to) {
        checkPairs(from, to);
        return blend(x, noise, from, i -> renoise(level(from[i]), level(to[i])));
    }

    /** Adds noise as {@link #renoise(Tensor, Tensor, int[], int[])} does, with the same timesteps for all samples. */
    public Tensor renoise(Tensor x, Tensor noise, int from, int to) {
        return renoise(x, noise, new int[] {from}, new int[] {to});
    }

    /** Returns the weights of sample and noise in {@link #renoise(Tensor, Tensor, int[], int[])} between two levels. */
    public static Blend renoise(NoiseLevel from, NoiseLevel to) {
        double kept = to.alphaBar() / from.alphaBar();
        // Levels that are equal up to rounding must not give the root of a negative number.
        if (kept > 1 + 1e-9) {
            throw new IllegalArgumentException("renoising goes to a higher noise level, not from sigma %s down to %s"
                    .formatted(from.sigma(), to.sigma()));
        }
        return new Blend(Math.sqrt(kept), Math.sqrt(Math.max(0, 1 - kept)));
    }

    private static Tensor blend(Tensor x, Tensor y, int[] t, IntFunction<Blend> blend) {
        if (t.length != 1 && t.length != x.size(0)) {
            throw new IllegalArgumentException(
                    "%d timesteps for %s: give one, or one for each sample".formatted(t.length, Tensors.describe(x)));
        }
        Blend[] blends = new Blend[t.length];
        Arrays.setAll(blends, blend);
        return Blend.of(blends, x, y);
    }

    private static void checkPairs(int[] from, int[] to) {
        if (from.length != to.length) {
            throw new IllegalArgumentException(
                    from.length + " timesteps to start from and " + to.length + " to go to: they come in pairs");
        }
    }

    private static NoiseLevel[] levels(float[] alphaBars) {
        NoiseLevel[] levels = new NoiseLevel[alphaBars.length];
        Arrays.setAll(levels, t -> NoiseLevel.ofAlphaBar(alphaBars[t]));
        return levels;
    }

    /**
     * Computes the cumulative products of alphas in the precision that networks were trained with: single, except for
     * the running product.
     */
    private static float[] alphaBars(ScheduleSettings settings) {
        float[] betas = betas(settings);
        float[] alphas = new float[betas.length];
        for (int t = 0; t < betas.length; t++) {
            alphas[t] = 1 - betas[t];
        }
        float[] alphaBars = runningProduct(alphas);
        return settings.zeroTerminalSnr() ? withoutTerminalSignal(alphaBars) : alphaBars;
    }

    private static float[] betas(ScheduleSettings settings) {
        if (settings.trainedBetas().isEmpty()) {
            return settings.betaSchedule().betas(settings.trainTimesteps(), settings.betaStart(), settings.betaEnd());
        }
        float[] betas = new float[settings.trainTimesteps()];
        for (int t = 0; t < betas.length; t++) {
            betas[t] = settings.trainedBetas().get(t).floatValue();
        }
        return betas;
    }

    private static float[] runningProduct(float[] factors) {
        float[] products = new float[factors.length];
        double product = 1;
        for (int i = 0; i < factors.length; i++) {
            product *= factors[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** Shifts and scales alpha so that it ends at exactly 0 and begins where it was (Lin et al., 2024, algorithm 1). */
    private static float[] withoutTerminalSignal(float[] alphaBars) {
        double first = Math.sqrt(alphaBars[0]);
        double last = Math.sqrt(alphaBars[alphaBars.length - 1]);
        float[] rescaled = new float[alphaBars.length];
        for (int t = 0; t < alphaBars.length; t++) {
            double alpha = (Math.sqrt(alphaBars[t]) - last) * first / (first - last);
            rescaled[t] = (float) (alpha * alpha);
        }
        return rescaled;
    }
}
