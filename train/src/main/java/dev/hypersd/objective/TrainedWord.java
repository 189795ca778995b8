package dev.hypersd.objective;

import dev.hypersd.model.TextualInversion;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * A pretrained model whose text encoders learn vectors for a new word (textual inversion; Gal et al., 2022). The result
 * is these vectors only.
 *
 * @param pretrained the model, whose text encoders have the vectors
 */
record TrainedWord(FineTuning.Word word, PretrainedModel pretrained) implements TunedModel {
    @Override
    public String name() {
        return "word";
    }

    @Override
    public LatentDiffusion model() {
        return pretrained.model();
    }

    @Override
    public Tuning tuning() {
        return new Tuning.Full(text().vectors());
    }

    private TextEncoders text() {
        return pretrained.textEncoders().orElseThrow();
    }

    @Override
    public Conditioning conditioning(List<long[]> captions, List<Framing> framings) {
        return pretrained.task().conditioning(captions, framings);
    }

    /** Writes {@code embedding.safetensors}, whose name in prompts is chosen where it is used. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        List<Tensor> vectors = text().vectors().sequencedKeySet().stream()
                .map(encoder -> Objects.requireNonNull(averaged.get(encoder)).to(Dtype.F16.scalarType()))
                .toList();
        TextualInversion.write(
                folder.resolve("embedding.safetensors"),
                vectors,
                Map.of(
                        "format",
                        "pt",
                        "hypersd.word",
                        word.word(),
                        "hypersd.data",
                        pretrained.samples().fingerprint()));
    }
}
