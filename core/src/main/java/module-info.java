/**
 * Few-step text-to-image: models are opened from their files, and requests are drawn as pictures.
 *
 * <p>Begin with {@link dev.hypersd.pipeline.DiffusionPipeline} and {@link dev.hypersd.request.ImageRequest}.
 */
@SuppressWarnings("module") // The friends that it exports to are compiled later.
module dev.hypersd.core {
    requires transitive org.bytedeco.pytorch;
    requires transitive org.jspecify;
    requires transitive tools.jackson.databind;
    requires transitive java.desktop;
    requires org.bytedeco.javacpp;

    uses dev.hypersd.application.ModelBundle;
    uses dev.hypersd.preset.PresetProvider;

    // The API.
    exports dev.hypersd.application;
    exports dev.hypersd.error;
    exports dev.hypersd.image;
    exports dev.hypersd.json;
    exports dev.hypersd.model;
    exports dev.hypersd.pipeline;
    exports dev.hypersd.preset;
    exports dev.hypersd.prompt;
    exports dev.hypersd.request;
    exports dev.hypersd.sampler;
    exports dev.hypersd.schedule;
    exports dev.hypersd.tensor;

    // The inside, for the modules of this project.
    exports dev.hypersd.checkpoint to
            dev.hypersd.cli,
            dev.hypersd.eval,
            dev.hypersd.train;
    exports dev.hypersd.clip to
            dev.hypersd.bench,
            dev.hypersd.eval,
            dev.hypersd.train;
    exports dev.hypersd.controlnet to
            dev.hypersd.train;
    exports dev.hypersd.file to
            dev.hypersd.cli,
            dev.hypersd.data,
            dev.hypersd.eval,
            dev.hypersd.mini,
            dev.hypersd.serve,
            dev.hypersd.train;
    exports dev.hypersd.kernel to
            dev.hypersd.bench,
            dev.hypersd.cli,
            dev.hypersd.eval,
            dev.hypersd.train;
    exports dev.hypersd.lora to
            dev.hypersd.cli,
            dev.hypersd.eval,
            dev.hypersd.serve,
            dev.hypersd.train;
    exports dev.hypersd.nn to
            dev.hypersd.bench,
            dev.hypersd.cli,
            dev.hypersd.eval,
            dev.hypersd.train;
    exports dev.hypersd.pickle to
            dev.hypersd.cli,
            dev.hypersd.serve;
    exports dev.hypersd.tokenizer to
            dev.hypersd.eval,
            dev.hypersd.serve,
            dev.hypersd.train;
    exports dev.hypersd.unet to
            dev.hypersd.bench,
            dev.hypersd.train;
    exports dev.hypersd.vae to
            dev.hypersd.bench,
            dev.hypersd.train;
    exports dev.hypersd.weights to
            dev.hypersd.cli,
            dev.hypersd.eval,
            dev.hypersd.train;
}
