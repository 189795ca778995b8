package dev.hypersd.spring.ai.autoconfigure;

import dev.hypersd.application.LocalModel;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The health of the model: down if it could not be loaded when that was last tried. A model that nobody has used yet is
 * up, because it is loaded with the first picture.
 */
public final class HyperSdHealthIndicator implements HealthIndicator {
    private final LocalModel model;

    /** Creates the indicator of {@code model}. */
    public HyperSdHealthIndicator(LocalModel model) {
        this.model = model;
    }

    @Override
    public Health health() {
        Health.Builder health = model.failure()
                .map(sentence -> Health.down().withDetail("error", sentence))
                .orElseGet(Health::up);
        return health.withDetail("model", model.name())
                .withDetail("loaded", model.isLoaded())
                .build();
    }
}
