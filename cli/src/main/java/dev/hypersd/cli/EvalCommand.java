package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.DrawnPictures;
import dev.hypersd.evaluation.Evaluation;
import dev.hypersd.evaluation.EvaluationResult;
import dev.hypersd.evaluation.Judges;
import dev.hypersd.evaluation.LoadedModel;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.evaluation.ReferenceImages;
import dev.hypersd.evaluation.Report;
import dev.hypersd.file.Draft;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.request.ImageRequest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code hypersd eval}, which measures how good a model is. */
@Command(
        name = "eval",
        description =
                "Draw test prompts and have the pictures judged. What was judged is not drawn again in a later run.",
        footer = {
            "",
            "Examples:",
            "  hypersd eval --steps 50 --prompts test:1000 --batch 8 --out runs/eval/base",
        })
final class EvalCommand implements Runnable, PictureOptions.User {
    /** Prompts that are drawn several times. */
    private static final int REPEATED = 50;

    /** The number of pictures between two lines of progress. */
    private static final int TOLD = 50;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ArgGroup(validate = false, heading = "%nModel%n")
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final PictureOptions picture = new PictureOptions();

    @ArgGroup(validate = false, heading = "%nEvaluation%n")
    private final JudgeOptions judging = new JudgeOptions();

    /** The options that choose the judges and the prompts. */
    static final class JudgeOptions {
        @Option(
                names = "--judges",
                paramLabel = "DIR",
                description =
                        "The folder of the judges: attributes, and as many of clip, aesthetic (which needs clip) and "
                                + "preference as there are. Default: those that come with this program.")
        Optional<Path> judges = Optional.empty();

        @Option(
                names = "--prompts",
                paramLabel = "test:N|FILE[:N]",
                defaultValue = "test:1000",
                description =
                        "The first N captions of test scenes, or the prompts of a file, all or the first N: a line "
                                + "each (.txt), JSON lines (.jsonl), or captions of COCO (.json). Default: ${DEFAULT-VALUE}.")
        String prompts = "";

        @Option(
                names = "--captions",
                paramLabel = "first|random:SEED",
                description = "Which caption of each image of COCO: the first, images by their numbers; or any, images "
                        + "in any order, by a seed. Default: first.")
        Optional<String> captions = Optional.empty();

        @Option(
                names = "--keep-pictures",
                description = "Keep the pictures in the output folder; other judges then judge them without drawing.")
        boolean keepsPictures;

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "1",
                description =
                        "How many pictures to draw at once; faster for small ones, and rounding may differ. Default: "
                                + "${DEFAULT-VALUE}.")
        int batch;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                required = true,
                description = "Where judgements and report.json go; a run that was interrupted goes on there.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        Path out;
    }

    @Override
    public PictureOptions picture() {
        return picture;
    }

    @Override
    public void run() {
        PromptSet prompts = PromptSet.named(judging.prompts, judging.captions.map(CaptionChoice::parse));
        if (judging.batch < 1) {
            throw new InvalidRequestException("--batch is %d, it must be at least 1".formatted(judging.batch));
        }
        PrintWriter err = spec.commandLine().getErr();
        ModelSource source = model.source();
        ImageRequest request = model.request(picture.options().over(model.options()), source, err);
        Contestant contestant = new Contestant("model", source, request, Optional.empty(), List.of());
        prompts.warnings().forEach(new Warnings(err)::say);
        Optional<Path> kept = judging.keepsPictures ? Optional.of(judging.out.resolve("pictures")) : Optional.empty();
        try (Judges judges = Judges.open(judging.judges.orElseGet(EmbeddedModel::judges));
                LoadedModel models = new LoadedModel()) {
            Evaluation evaluation = new Evaluation(
                    judges, prompts.prompts(), REPEATED, judging.batch, request.seed(), Optional.empty());
            LongConsumer progress = left -> tell(err, left);
            DiffusionPipeline pipeline = models.of(contestant, judging.batch);
            ReferenceImages references =
                    evaluation.references(autoencoder(source), pipeline::reconstruct, judging.out, progress);
            EvaluationResult result = evaluation.of(
                    "%s, fingerprint %s".formatted(subject(request), contestant.fingerprint()),
                    new DrawnPictures(contestant, models, judging.batch, kept),
                    references,
                    judging.out,
                    progress);
            Report report = new Report(subject(request), result, references.reconstruction(), references.groundTruth());
            Draft.write(judging.out.resolve("report.json"), report.json());
            spec.commandLine().getOut().println(report.table());
        }
    }

    private String autoencoder(ModelSource source) {
        return "%s, fingerprint %s"
                .formatted(model.model.map(Path::toString).orElse(EmbeddedModel.NAME), PictureFingerprint.of(source));
    }

    /** Returns a description of what is evaluated; its fingerprint identifies it. */
    private String subject(ImageRequest request) {
        return Stream.of(
                        Stream.of(model.model.map(Path::toString).orElse(EmbeddedModel.NAME)),
                        Stream.of(model.unet, model.autoencoder)
                                .flatMap(Optional::stream)
                                .map(Path::toString),
                        request.loras().stream().map(lora -> lora.file() + ":" + lora.weight()),
                        request.sampler().stream().map(Object::toString),
                        request.size().stream().map(size -> size.width() + "x" + size.height()),
                        request.promptOf(0).negative().stream().map(negative -> "not " + negative),
                        request.clipSkip() == 0 ? Stream.<String>empty() : Stream.of("clip skip " + request.clipSkip()),
                        Stream.of(
                                request.steps().count() + " steps",
                                "guidance " + request.guidance().scale()),
                        judging.batch == 1 ? Stream.<String>empty() : Stream.of("batches of " + judging.batch))
                .flatMap(parts -> parts)
                .collect(Collectors.joining(", "));
    }

    private void tell(PrintWriter err, long left) {
        if (left % TOLD < judging.batch) {
            err.println(left + " pictures left");
        }
    }
}
