/** Judges, metrics and evaluations, which measure how good the pictures of a model are. */
module dev.hypersd.eval {
    requires transitive dev.hypersd.core;
    requires transitive dev.hypersd.data;
    requires org.bytedeco.javacpp;

    exports dev.hypersd.evaluation;
    exports dev.hypersd.metric;
    exports dev.hypersd.judge;
    exports dev.hypersd.judge.detection;
    exports dev.hypersd.judge.feature;
    exports dev.hypersd.judge.preference;
    exports dev.hypersd.judge.reward;
    exports dev.hypersd.run;
    exports dev.hypersd.study;
}
