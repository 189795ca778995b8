package dev.hypersd.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list of rules that rename tensors. The first rule that matches the whole name is applied; a name without a match is
 * kept.
 */
final class Renaming {
    private record Rule(Pattern pattern, String replacement) {}

    private final List<Rule> rules = new ArrayList<>();

    /**
     * Adds a rule.
     *
     * @param pattern what precedes the rest of the name: a regular expression
     * @param replacement may refer to groups of the pattern as {@code $1}
     */
    Renaming prefix(String pattern, String replacement) {
        int rest = Pattern.compile(pattern).matcher("").groupCount() + 1;
        rules.add(new Rule(Pattern.compile(pattern + "(.*)"), replacement + "$" + rest));
        return this;
    }

    String apply(String name) {
        for (Rule rule : rules) {
            Matcher matcher = rule.pattern().matcher(name);
            if (matcher.matches()) {
                return matcher.replaceFirst(rule.replacement());
            }
        }
        return name;
    }
}
