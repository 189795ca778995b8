package dev.hypersd.judge.detection;

import dev.hypersd.image.Image;
import dev.hypersd.judge.feature.FeatureNetwork;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.List;

/** The attribute reader for pictures one by one: what it sees in them, and their features. */
public record SceneReader(AttributeReader reader) implements FeatureNetwork {
    /** Returns what the reader sees in a picture. */
    public Detections read(Image image) {
        return Engine.infer(() -> TensorScope.released(() -> new AttributeDecoder(reader)
                .decode(reader.grid(ImageTensors.of(image)))
                .getFirst()));
    }

    @Override
    public List<float[]> features(List<Image> images) {
        return images.stream()
                .map(image -> Engine.infer(() -> TensorScope.released(
                        () -> Tensors.toFloats(reader.features(reader.grid(ImageTensors.of(image)))))))
                .toList();
    }

    @Override
    public String network() {
        return "attribute reader";
    }

    @Override
    public String preparation() {
        return "as they are";
    }
}
