package dev.hypersd.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The exit code and the output of a command line. */
record Outcome(int code, String out, String err) {
    static Outcome of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Outcome(code, out.toString(), err.toString());
    }
}
