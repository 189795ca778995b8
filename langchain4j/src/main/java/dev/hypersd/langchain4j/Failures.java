package dev.hypersd.langchain4j;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.NonRetriableException;

/**
 * Errors as exceptions of langchain4j, with the same sentences. None of them goes away when the same request is tried
 * again.
 */
final class Failures {
    private Failures() {}

    /** Returns the exception for a model that cannot be loaded. */
    static LangChain4jException ofLoading(HyperSdException failure) {
        return failure instanceof InvalidFileException
                ? new ModelNotFoundException(failure.getMessage(), failure)
                : ofDrawing(failure);
    }

    /** Returns the exception for pictures that cannot be drawn. */
    static LangChain4jException ofDrawing(HyperSdException failure) {
        return switch (failure) {
            case dev.hypersd.error.InvalidRequestException e -> new InvalidRequestException(e.getMessage(), e);
            case InvalidFileException e -> new InvalidRequestException(e.getMessage(), e);
            default -> new NonRetriableException(failure.getMessage(), failure);
        };
    }
}
