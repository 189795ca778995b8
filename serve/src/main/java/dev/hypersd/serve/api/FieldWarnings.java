package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Makes warnings about fields of requests that have no effect, so that none is ignored silently. */
final class FieldWarnings {
    private static final int MAX_UNKNOWN = 8;
    private static final int MAX_NAME_LENGTH = 40;

    private FieldWarnings() {}

    /**
     * Returns warnings about fields of {@code body} that were not read.
     *
     * @param withoutEffect the fields that the API documents and this server does not implement, with the values, such
     *     as their defaults, that need no warning; empty values never need one
     */
    static List<String> of(JsonObject body, Map<String, List<Object>> withoutEffect) {
        Collection<String> unread = body.unread();
        List<String> warnings = new ArrayList<>();
        for (String field : unread) {
            if (asksForSomething(body, field, withoutEffect)) {
                warnings.add("%s has no effect on this server".formatted(field));
            }
        }
        List<String> unknown = unread.stream()
                .filter(field -> !withoutEffect.containsKey(field))
                .toList();
        for (String field : unknown.subList(0, Math.min(unknown.size(), MAX_UNKNOWN))) {
            warnings.add(unknown(field, body));
        }
        if (unknown.size() > MAX_UNKNOWN) {
            warnings.add("%d more fields are unknown and have no effect".formatted(unknown.size() - MAX_UNKNOWN));
        }
        return warnings;
    }

    /** Returns the beginning of a text from a client, short enough for a message. */
    static String shortened(String text) {
        return text.length() <= MAX_NAME_LENGTH ? text : text.substring(0, MAX_NAME_LENGTH) + "...";
    }

    private static boolean asksForSomething(JsonObject body, String field, Map<String, List<Object>> withoutEffect) {
        return withoutEffect.containsKey(field)
                && !body.isEmpty(field)
                && withoutEffect.get(field).stream().noneMatch(value -> body.is(field, value));
    }

    /**
     * Returns a warning about an unknown field. Only short names are compared with known ones, because that takes time.
     */
    private static String unknown(String field, JsonObject body) {
        return field.length() > MAX_NAME_LENGTH
                ? "%s... is unknown and has no effect".formatted(field.substring(0, MAX_NAME_LENGTH))
                : "%s is unknown and has no effect".formatted(field)
                        + body.nearestRead(field)
                                .map("; do you mean %s?"::formatted)
                                .orElse("");
    }
}
