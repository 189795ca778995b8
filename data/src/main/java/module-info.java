/** Data sets of captioned images, and scenes that are drawn here. */
@SuppressWarnings("module") // The friends that it exports to are compiled later.
module dev.hypersd.data {
    requires transitive dev.hypersd.core;
    requires org.apache.commons.compress;

    exports dev.hypersd.bulk;
    exports dev.hypersd.data;
    exports dev.hypersd.scene;
    exports dev.hypersd.scene.content;
    exports dev.hypersd.degradation to
            dev.hypersd.train;
}
