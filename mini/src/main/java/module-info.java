/** The embedded model: its weights, which are unpacked from the jar, and its presets. */
module dev.hypersd.mini {
    requires transitive dev.hypersd.core;

    exports dev.hypersd.mini;

    provides dev.hypersd.application.ModelBundle with
            dev.hypersd.mini.EmbeddedBundle;
    provides dev.hypersd.preset.PresetProvider with
            dev.hypersd.mini.EmbeddedPresets;
}
