package dev.hypersd.error;

/** A request that cannot be carried out as it stands: an unknown sampler, zero steps, a size not divisible by 8. */
public final class InvalidRequestException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message);
    }
}
