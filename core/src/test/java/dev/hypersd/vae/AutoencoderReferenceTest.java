package dev.hypersd.vae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The autoencoders against the reference implementation, by the tolerances of the golden data. */
class AutoencoderReferenceTest {
    static Stream<String> cases() {
        return ReferenceCase.names("vae", "").stream();
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void picturesAndLatentsMatchReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("vae", name);
                    TensorArena arena = new TensorArena()) {
                Autoencoder autoencoder = open(golden.arg("class").asString(), golden.model("vae"), arena);
                golden.assertMatches("decoded", autoencoder.decode(golden.in("latents")));
                switch (autoencoder) {
                    case AutoencoderKl kl -> checkPosterior(kl, golden);
                    case AutoencoderTiny tiny -> checkLatents(tiny, golden);
                }
            }
            return name;
        });
    }

    private static void checkPosterior(AutoencoderKl autoencoder, ReferenceCase golden) {
        DiagonalGaussian posterior = autoencoder.posterior(golden.in("image"));
        golden.assertMatches("mean", posterior.mean());
        golden.assertMatches("logvar", posterior.logVariance());
        golden.assertMatches("std", posterior.standardDeviation());
        golden.assertMatches("mode_scaled", autoencoder.scale(posterior.mode()));
        if (golden.has("out.sampled")) {
            golden.assertMatches("sampled", posterior.sample(golden.in("sample_noise")));
        }
    }

    private static void checkLatents(AutoencoderTiny autoencoder, ReferenceCase golden) {
        Tensor latents = autoencoder.encode(golden.in("image"), () -> {
            throw new AssertionError("this encoder draws nothing");
        });
        golden.assertMatches("latents", latents);
        golden.assertMatches("scaled_latents", autoencoder.toUnit(latents));
        golden.assertMatches("unscaled_latents", autoencoder.fromUnit(autoencoder.toUnit(latents)));
    }

    private static Autoencoder open(String kind, Path directory, TensorArena arena) {
        WeightSource file = AutoencoderKl.named(arena.own(ReferenceModels.weights(directory)));
        StoredParameters source = new StoredParameters(file, Dtype.F32, arena);
        Parameters parameters = new Parameters(source);
        Autoencoder autoencoder = switch (kind) {
            case "AutoencoderKL" ->
                new AutoencoderKl(AutoencoderKlConfig.from(ReferenceModels.config(directory)), parameters);
            case "AutoencoderTiny" ->
                new AutoencoderTiny(AutoencoderTinyConfig.from(ReferenceModels.config(directory)), parameters);
            default -> throw new AssertionError("no autoencoder is called " + kind);
        };
        assertThat(source.unused()).isEmpty();
        return autoencoder;
    }
}
