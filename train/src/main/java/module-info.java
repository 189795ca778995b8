/** Training and distillation of models, controlled by recipes. */
module dev.hypersd.train {
    requires transitive dev.hypersd.core;
    requires transitive dev.hypersd.data;
    requires transitive dev.hypersd.eval;
    requires dev.hypersd.preprocess;
    requires org.bytedeco.javacpp;
    requires tools.jackson.dataformat.yaml;

    exports dev.hypersd.recipe;
    exports dev.hypersd.training;
    exports dev.hypersd.vocabulary;
}
