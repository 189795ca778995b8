package dev.hypersd.error;

import java.util.Collection;
import java.util.Comparator;

/** Suggests the known name nearest to an unknown one, for messages. */
public final class Nearest {
    /** The most characters of a name that are compared, since comparing takes time for each; no name is as long. */
    private static final int LONGEST = 200;

    private Nearest() {}

    /**
     * Returns the one of {@code known} that begins with {@code name}, or else the one with the smallest edit distance
     * to it.
     *
     * @param known the known names, at least one
     */
    public static String of(String name, Collection<String> known) {
        String compared = name.substring(0, Math.min(name.length(), LONGEST));
        return known.stream()
                .min(Comparator.<String>comparingInt(k -> k.startsWith(compared) ? 0 : 1)
                        .thenComparingInt(k -> distance(compared, k)))
                .orElseThrow();
    }

    /** Returns Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
