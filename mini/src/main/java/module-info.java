/** The embedded model: its weights, and how they get out of a jar. */
module dev.hypersd.mini {
    requires transitive dev.hypersd.core;

    exports dev.hypersd.mini;
}
