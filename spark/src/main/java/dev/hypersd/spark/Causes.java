package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in the failure of a job, which Spark reports with the traces of all machines, the sentence of its cause. */
final class Causes {
    private static final Pattern OURS = Pattern.compile("dev\\.hypersd\\.[\\w.]+Exception: (.*)");

    private Causes() {}

    /** Returns an exception that says why a job failed, and that the same command continues it. */
    static HyperSdException sentence(String what, Throwable failure) {
        String message = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            Matcher ours = OURS.matcher(text);
            if (ours.find()) {
                message = ours.group(1);
                break;
            }
            // The outer ones only say that there is an inner one.
            message = text.lines().findFirst().orElse(message);
        }
        return new HyperSdException(
                "%s failed on the cluster: %s (the same command continues it)".formatted(what, message), failure);
    }
}
