package dev.hypersd.application;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Png;
import dev.hypersd.pipeline.GeneratedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** Picture files as frameworks hand them on: in Base64, or at an address. Nothing is fetched from a network. */
public final class PictureBytes {
    private PictureBytes() {}

    /** Returns a picture as a PNG file in Base64, with its infotext inside. */
    public static String base64(GeneratedImage drawn) {
        return Base64.getEncoder().encodeToString(new Png().encode(drawn.image(), Optional.of(drawn.parameters())));
    }

    /**
     * Decodes a picture file in Base64.
     *
     * @param name the name of the picture, for messages
     * @throws InvalidRequestException if it is not in Base64
     */
    public static byte[] decode(String name, String base64) {
        try {
            return Base64.getDecoder().decode(base64.substring(base64.indexOf(',') + 1));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("the %s is not in Base64".formatted(name));
        }
    }

    /**
     * Reads the picture file at a {@code data:} or {@code file:} address.
     *
     * @param name the name of the picture, for messages
     * @throws InvalidRequestException if the address is another, or cannot be read
     */
    public static byte[] read(String name, URI address) {
        return switch (String.valueOf(address.getScheme())) {
            case "data" -> decode(name, address.getSchemeSpecificPart());
            case "file" -> file(name, address);
            default ->
                throw new InvalidRequestException(
                        "the %s is at %s, and nothing is fetched here: give its content in Base64, or a file: address"
                                .formatted(name, address));
        };
    }

    private static byte[] file(String name, URI address) {
        try {
            return Files.readAllBytes(Path.of(address));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "the %s at %s cannot be read: name a file that exists".formatted(name, address));
        }
    }
}
