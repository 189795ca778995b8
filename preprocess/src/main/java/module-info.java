/** Control pictures for ControlNets, made with OpenCV. */
module dev.hypersd.preprocess {
    requires transitive dev.hypersd.core;
    requires org.bytedeco.opencv;
    requires org.bytedeco.javacpp;

    exports dev.hypersd.preprocess;
}
