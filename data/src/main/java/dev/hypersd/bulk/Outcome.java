package dev.hypersd.bulk;

import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.json.Json;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.Option;
import java.io.Serializable;
import tools.jackson.databind.node.ObjectNode;

/** The outcome of drawing a picture. */
public sealed interface Outcome {
    /** Returns the place of the picture among all pictures, from 0. */
    long number();

    /**
     * A picture that was drawn.
     *
     * @param fingerprint the hash of everything that determines the picture
     * @param seconds how long drawing it took; where several were drawn at once, its share
     */
    record Drawn(Wanted wanted, String fingerprint, GeneratedImage picture, double seconds) implements Outcome {
        @Override
        public long number() {
            return wanted.number();
        }
    }

    /**
     * A picture that cannot be drawn.
     *
     * @param row the place of its prompt in the file, from 1
     * @param prompt its prompt; empty if it could not be read
     * @param reason a sentence
     */
    record Failure(long number, long row, String prompt, String reason) implements Outcome, Serializable {
        private static final long serialVersionUID = 1L;

        /** Describes a failure of {@code wanted}. */
        static Failure of(Wanted wanted, RuntimeException cause) {
            // The engine appends a native stack trace to its messages.
            String reason =
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
            return new Failure(
                    wanted.number(),
                    wanted.row(),
                    wanted.options().get(Option.PROMPT).orElse(""),
                    reason);
        }

        /** Returns the line of this failure in a file of JSON lines. */
        public String line() {
            ObjectNode node = Json.MAPPER.createObjectNode();
            node.put("number", number).put("row", row).put("prompt", prompt).put("error", reason);
            return node.toString();
        }
    }
}
