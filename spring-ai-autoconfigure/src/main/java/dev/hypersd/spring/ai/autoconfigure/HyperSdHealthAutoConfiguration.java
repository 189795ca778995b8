package dev.hypersd.spring.ai.autoconfigure;

import dev.hypersd.application.LocalModel;
import dev.hypersd.spring.ai.HyperSdImageModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Configures the health of the model, where the application shows health and {@code management.health} allows it. */
@AutoConfiguration(after = HyperSdImageAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(LocalModel.class)
@ConditionalOnEnabledHealthIndicator(HyperSdImageModel.PROVIDER)
public class HyperSdHealthAutoConfiguration {
    /** The health of the model, which the application shows as {@code hypersd}. */
    @Bean
    @ConditionalOnMissingBean(name = "hypersdHealthIndicator")
    public HyperSdHealthIndicator hypersdHealthIndicator(LocalModel model) {
        return new HyperSdHealthIndicator(model);
    }
}
