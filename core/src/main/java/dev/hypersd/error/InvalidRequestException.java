package dev.hypersd.error;

/** Reports that a request cannot be carried out: an unknown sampler, zero steps, a size that is not divisible by 8. */
public final class InvalidRequestException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message);
    }
}
