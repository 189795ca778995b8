package dev.hypersd.serve.api;

import dev.hypersd.request.GenerationOptions;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client asks for in the words of one of the APIs.
 *
 * @param options what to generate
 * @param warnings which fields of the request have no effect, in full sentences
 */
record ClientRequest(GenerationOptions options, List<String> warnings) {
    ClientRequest {
        warnings = List.copyOf(warnings);
    }

    /** Returns the warnings of this request, and then {@code others}. */
    List<String> warningsAnd(List<String> others) {
        return Stream.concat(warnings.stream(), others.stream()).toList();
    }
}
