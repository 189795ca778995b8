package dev.hypersd.spring.ai;

import dev.hypersd.application.PictureBytes;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImagePrompt;

/** Reads prompts of Spring AI. What cannot be carried out is refused, and nothing is ignored. */
final class Prompts {
    private Prompts() {}

    /**
     * Returns the options that {@code prompt} means.
     *
     * @throws InvalidRequestException if it has several messages, weights, or options that have no meaning here
     */
    static GenerationOptions options(ImagePrompt prompt) {
        GenerationOptions.Builder options = options(prompt.getOptions()).toBuilder();
        List<ImageMessage> messages = prompt.getInstructions();
        if (messages.size() != 1) {
            throw new InvalidRequestException(
                    "a request has one message, not %d: put all that is to be seen into one prompt, and all that is "
                                    .formatted(messages.size())
                            + "not to be seen into the option negativePrompt");
        }
        ImageMessage message = messages.getFirst();
        if (message.getWeight() != null && message.getWeight() != 1) {
            throw new InvalidRequestException(
                    "the message has the weight %s, which has no meaning here: weigh words in the prompt, with the "
                                    .formatted(message.getWeight())
                            + "option prompt_syntax weighted");
        }
        message.getMedia().stream().findFirst().ifPresent(media -> options.image(PictureSource.of(picture(media))));
        if (message.getMedia().size() > 1) {
            throw new InvalidRequestException(
                    "the message has %d pictures, and a picture is drawn from one: give a mask as the option mask"
                            .formatted(message.getMedia().size()));
        }
        return options.prompt(message.getText()).build();
    }

    private static GenerationOptions options(@Nullable ImageOptions options) {
        return switch (options) {
            case null -> GenerationOptions.NONE;
            case HyperSdImageOptions own -> own.generation();
            default -> portable(options);
        };
    }

    /** Returns the options that all providers have in common. */
    private static GenerationOptions portable(ImageOptions portable) {
        String format = portable.getResponseFormat();
        if (format != null && !format.equals("b64_json")) {
            throw new InvalidRequestException(
                    "response format \"%s\": pictures are returned in Base64, so write b64_json or leave it out"
                            .formatted(format));
        }
        if (portable.getStyle() != null) {
            throw new InvalidRequestException(
                    "style \"%s\": styles are LoRAs here; name one with the option lora of HyperSdImageOptions"
                            .formatted(portable.getStyle()));
        }
        Integer width = portable.getWidth();
        Integer height = portable.getHeight();
        if ((width == null) != (height == null)) {
            throw new InvalidRequestException("a size has a width and a height: give both, or none");
        }
        GenerationOptions.Builder options = GenerationOptions.builder();
        if (width != null && height != null) {
            options.size(width, height);
        }
        if (portable.getN() != null) {
            options.set(Option.COUNT, portable.getN());
        }
        if (portable.getModel() != null) {
            options.model(portable.getModel());
        }
        return options.build();
    }

    private static Image picture(Media media) {
        byte[] encoded = switch (media.getData()) {
            case byte[] bytes -> bytes;
            case String address -> PictureBytes.read("picture", URI.create(address));
            default ->
                throw new InvalidRequestException("the picture is neither bytes nor an address but a %s"
                        .formatted(media.getData().getClass().getSimpleName()));
        };
        return Image.decode(Path.of("picture"), encoded);
    }
}
