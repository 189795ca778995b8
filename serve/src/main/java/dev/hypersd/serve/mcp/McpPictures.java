package dev.hypersd.serve.mcp;

import dev.hypersd.json.JsonObject;
import dev.hypersd.request.PictureSource;
import dev.hypersd.serve.api.GenerationFields;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.UploadedImages;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** How pictures are named in the arguments of a tool. */
enum McpPictures {
    /** In Base64 only, for clients on other machines. */
    IN_BASE64 {
        @Override
        byte[] bytes(String name, String text, RequestMemory.Reservation memory) {
            return UploadedImages.bytes(name, text);
        }
    },

    /** In Base64, or as the path of a file, for a client that runs this program itself. */
    IN_FILES {
        @Override
        byte[] bytes(String name, String text, RequestMemory.Reservation memory) {
            Path file;
            try {
                file = Path.of(text);
                if (!Files.isRegularFile(file)) {
                    return UploadedImages.bytes(name, text);
                }
            } catch (InvalidPathException e) {
                return UploadedImages.bytes(name, text);
            }
            try {
                memory.reserveBody(Files.size(file));
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new ApiException(
                        ErrorCode.MALFORMED, "%s names a file that cannot be read: %s".formatted(name, file));
            }
        }
    };

    /** Returns the content of a picture file. */
    abstract byte[] bytes(String name, String text, RequestMemory.Reservation memory);

    /** Returns whether pictures can be named by files. */
    boolean readsFiles() {
        return this == IN_FILES;
    }

    /** Decodes a picture among {@code arguments}, within the memory and the limits of a request. */
    PictureSource read(String name, String text, JsonObject arguments, RequestMemory.Reservation memory) {
        return PictureSource.of(
                UploadedImages.decode(name, bytes(name, text, memory), GenerationFields.background(arguments), memory));
    }
}
