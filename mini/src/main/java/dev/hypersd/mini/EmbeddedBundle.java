package dev.hypersd.mini;

import dev.hypersd.application.ModelBundle;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The embedded model, for applications that name no other. */
public final class EmbeddedBundle implements ModelBundle {
    /** Creates the bundle for {@link java.util.ServiceLoader}. */
    public EmbeddedBundle() {}

    @Override
    public String name() {
        return EmbeddedModel.NAME;
    }

    @Override
    public Path folder() {
        return EmbeddedModel.folder();
    }

    @Override
    public Optional<Path> usualLora() {
        return Optional.of(EmbeddedModel.lora());
    }

    @Override
    public Map<String, Path> loras() {
        return EmbeddedModel.loras();
    }

    @Override
    public Map<String, Path> controlNets() {
        return EmbeddedModel.controls();
    }
}
