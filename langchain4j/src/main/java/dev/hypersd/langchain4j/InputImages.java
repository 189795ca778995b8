package dev.hypersd.langchain4j;

import dev.hypersd.application.PictureBytes;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Masks;
import dev.langchain4j.data.image.Image;
import java.nio.file.Path;

/** Reads pictures of langchain4j, which are in Base64 or at an address. */
final class InputImages {
    private InputImages() {}

    /** Decodes a picture. */
    static dev.hypersd.image.Image picture(Image image) {
        return dev.hypersd.image.Image.decode(Path.of("image"), bytes("image", image));
    }

    /** Decodes a mask, which becomes white where the picture is redrawn. */
    static dev.hypersd.image.Image mask(Image mask) {
        return Masks.decode(Path.of("mask"), bytes("mask", mask));
    }

    private static byte[] bytes(String name, Image image) {
        if (image.base64Data() != null) {
            return PictureBytes.decode(name, image.base64Data());
        }
        if (image.url() == null) {
            throw new InvalidRequestException("the %s is empty: give it Base64 data, or an address".formatted(name));
        }
        return PictureBytes.read(name, image.url());
    }
}
