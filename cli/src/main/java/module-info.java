/** The {@code hypersd} command. */
module dev.hypersd.cli {
    requires dev.hypersd.core;
    requires dev.hypersd.data;
    requires dev.hypersd.eval;
    requires dev.hypersd.mini;
    requires dev.hypersd.preprocess;
    requires dev.hypersd.serve;
    requires dev.hypersd.train;
    requires info.picocli;
    requires me.tongfei.progressbar;

    // Options are set in private fields.
    opens dev.hypersd.cli to
            info.picocli;

    provides System.LoggerFinder with
            dev.hypersd.cli.Console;
}
