package dev.hypersd.serve.api;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.serve.registry.Quality;
import java.util.List;
import java.util.stream.Stream;

/**
 * A request of a client, read from the fields of one of the APIs.
 *
 * @param options the options of the images
 * @param quality how much care they are drawn with
 * @param warnings sentences about fields of the request that have no effect
 */
record ClientRequest(GenerationOptions options, Quality quality, List<String> warnings) {
    ClientRequest {
        warnings = List.copyOf(warnings);
    }

    /** Creates a request of an API that has no words for quality, and whose pictures stay. */
    ClientRequest(GenerationOptions options, List<String> warnings) {
        this(options, Quality.FINAL, warnings);
    }

    /** Returns the warnings of this request, followed by {@code others}. */
    List<String> warningsAnd(List<String> others) {
        return Stream.concat(warnings.stream(), others.stream()).toList();
    }
}
