package dev.hypersd.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;

/** Provides the text of {@code --version}. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }

    /** Returns the name of the program and its version. */
    static String text() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return "hypersd " + (version == null ? "(built from classes)" : version);
    }
}
