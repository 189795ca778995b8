package dev.hypersd.cli;

import dev.hypersd.request.EmbeddingReference;
import picocli.CommandLine.ITypeConverter;

/** Parses a reference to an embedding. */
final class EmbeddingConverter implements ITypeConverter<EmbeddingReference> {
    @Override
    public EmbeddingReference convert(String value) {
        return PictureOptions.converted(() -> EmbeddingReference.parse(value));
    }
}
