package dev.hypersd.objective;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.tensor.ImageTensors;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/** An encoded picture, and the picture that a ControlNet sees of it. */
public record Controlled(LatentSample sample, Image control) {
    /** Those of one number together; both of one size. */
    static Dataset<Controlled> of(Dataset<LatentSample> samples, Dataset<Image> controls) {
        return new Dataset<>() {
            @Override
            public long size() {
                return samples.size();
            }

            @Override
            public Controlled get(long index) {
                return new Controlled(samples.get(Objects.checkIndex(index, size())), controls.get(index));
            }
        };
    }

    /** Control pictures from 0 to 1, {@code [B, 3, H, W]}. */
    static Tensor pictures(List<Controlled> batch) {
        return ImageTensors.zeroToOne(batch.stream().map(Controlled::control).toList());
    }
}
