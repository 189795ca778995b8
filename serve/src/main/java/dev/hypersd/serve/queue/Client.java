package dev.hypersd.serve.queue;

/**
 * Who takes turns with others in the queue: an address, and one of its sessions.
 *
 * @param address the address
 * @param session the live session; empty for requests outside of any
 */
public record Client(String address, String session) {
    /** Returns the client for requests of {@code address} that belong to no live session. */
    public static Client of(String address) {
        return new Client(address, "");
    }
}
