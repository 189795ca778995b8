package dev.hypersd.spring.ai.autoconfigure;

import dev.hypersd.application.LocalModel;
import dev.hypersd.spring.ai.HyperSdImageModel;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.observation.DefaultImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationConvention;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Configures Spring AI's image model to draw on this machine, unless {@code spring.ai.model.image} names another
 * provider. Beans of the application take the place of each of these.
 */
@AutoConfiguration
@ConditionalOnClass({ImageModel.class, LocalModel.class})
@ConditionalOnProperty(
        name = SpringAIModelProperties.IMAGE_MODEL,
        havingValue = HyperSdImageModel.PROVIDER,
        matchIfMissing = true)
@EnableConfigurationProperties(HyperSdProperties.class)
public class HyperSdImageAutoConfiguration {
    /** The model, which is closed when the application ends: pictures in progress have the grace period. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    public LocalModel hyperSdLocalModel(HyperSdProperties properties) {
        LocalModel.Builder builder = LocalModel.builder()
                .loading(properties.loading())
                .defaults(properties.defaults())
                .grace(properties.grace());
        if (properties.model() != null) {
            builder.model(properties.model());
        }
        LocalModel model = builder.build();
        if (properties.eager()) {
            model.load();
        }
        return model;
    }

    /** The image model of Spring AI. */
    @Bean
    @ConditionalOnMissingBean
    public HyperSdImageModel hyperSdImageModel(
            LocalModel model,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<ImageModelObservationConvention> convention) {
        return new HyperSdImageModel(
                model,
                observations.getIfUnique(() -> ObservationRegistry.NOOP),
                convention.getIfAvailable(DefaultImageModelObservationConvention::new));
    }
}
