package dev.hypersd.cli;

import dev.hypersd.data.CaptionList;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.DrawnPictures;
import dev.hypersd.evaluation.Evaluation;
import dev.hypersd.evaluation.EvaluationResult;
import dev.hypersd.evaluation.Judgement;
import dev.hypersd.evaluation.Judges;
import dev.hypersd.evaluation.LoadedModel;
import dev.hypersd.evaluation.PromptSet;
import dev.hypersd.evaluation.Protocol;
import dev.hypersd.evaluation.ReferenceFeatures;
import dev.hypersd.evaluation.ReferenceImages;
import dev.hypersd.evaluation.Report;
import dev.hypersd.evaluation.Share;
import dev.hypersd.evaluation.TrainingPictures;
import dev.hypersd.file.Draft;
import dev.hypersd.file.FolderLock;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.ModelSource;
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
import picocli.CommandLine.ParentCommand;
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
            "  hypersd eval --model own --data photos --judges judges --out runs/eval/own",
        })
final class EvalCommand implements Runnable, PictureOptions.User {
    /** Prompts that are drawn several times. */
    private static final int REPEATED = 50;

    /** The number of pictures between two lines of progress. */
    private static final int TOLD = 50;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Main main;

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
                        "The folder of the judges, as many as there are: attributes, clip, aesthetic, preference and "
                                + "others. Default: those that come with this program.")
        Optional<Path> judges = Optional.empty();

        @Option(
                names = "--prompts",
                paramLabel = "test:N|FILE[:N]",
                description =
                        "The first N captions of test scenes, or the prompts of a file, all or the first N: a line "
                                + "each (.txt), JSON lines (.jsonl), or captions of COCO (.json). Default: test:1000; "
                                + "with --data its captions.")
        Optional<String> prompts = Optional.empty();

        @Option(
                names = "--captions",
                paramLabel = "first|random:SEED",
                description = "Which caption of each image of COCO: the first, images by their numbers; or any, images "
                        + "in any order, by a seed. Default: first.")
        Optional<String> captions = Optional.empty();

        @Option(
                names = "--reference",
                paramLabel = "DIR|FILE",
                description =
                        "What FID and KID are measured to: a folder of pictures (for captions of COCO, of those that "
                                + "the prompts are of), or the features of one that an earlier run has left in "
                                + "features.safetensors. Default: other test scenes, for prompts of test scenes.")
        Optional<Path> reference = Optional.empty();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The captioned pictures that the model was trained on: distances are measured to them, "
                        + "and copies of them are looked for and shown in nearest.png. Takes --judges.")
        Optional<Path> data = Optional.empty();

        @Option(
                names = "--features",
                paramLabel = "JUDGE",
                split = ",",
                description = "On whose features distances are measured: inception, cmmd, clip or attributes, of those "
                        + "that --judges has. Default: all but clip; with --data all but attributes.")
        List<String> features = List.of();

        @Option(
                names = "--beside",
                paramLabel = "REPORT",
                description =
                        "Show the figures of an earlier report.json beside; refused if it is of another protocol.")
        Optional<Path> beside = Optional.empty();

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
                names = "--share",
                paramLabel = "NUMBER/COUNT",
                description = "Draw and judge one of several equal shares of the prompts, such as 3/8, and make no "
                        + "report; others may do theirs at the same time. The same command without --share takes up "
                        + "all of them and reports.")
        Optional<String> share = Optional.empty();

        @Option(
                names = "--out",
                paramLabel = "DIR",
                required = true,
                description = "The folder of judgements and report.json, where an interrupted run continues.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        Path out;
    }

    @Override
    public PictureOptions picture() {
        return picture;
    }

    @Override
    public void run() {
        PromptSet prompts = prompts();
        if (judging.batch < 1) {
            throw new InvalidRequestException("--batch is %d, it must be at least 1".formatted(judging.batch));
        }
        PrintWriter err = spec.commandLine().getErr();
        ModelSource source = model.source();
        ImageRequest request = model.request(picture.options().over(model.options()), source, err);
        Contestant contestant = new Contestant("model", source, request, Optional.empty(), List.of());
        prompts.warnings().forEach(new Warnings(err)::say);
        Optional<Path> kept = judging.keepsPictures || judging.data.isPresent()
                ? Optional.of(judging.out.resolve("pictures"))
                : Optional.empty();
        Optional<Share> share = judging.share.map(Share::parse);
        Path shares = judging.out.resolve("shares");
        Path folder = share.map(one -> shares.resolve(one.folder())).orElse(judging.out);
        try (Judges judges = judges();
                FolderLock _ = FolderLock.of(folder);
                LoadedModel models = new LoadedModel()) {
            Evaluation evaluation = new Evaluation(
                    judges,
                    prompts.prompts(),
                    REPEATED,
                    judging.batch,
                    request.seed(),
                    Optional.empty(),
                    main.statistics());
            LongConsumer progress = left -> tell(err, left);
            String name = "%s, fingerprint %s".formatted(subject(request), contestant.fingerprint());
            DrawnPictures pictures = new DrawnPictures(contestant, models, judging.batch, kept);
            if (share.isPresent()) {
                evaluation.share(share.get()).judged(name, pictures, folder, progress);
                spec.commandLine().getOut().println(folder);
                return;
            }
            evaluation.takeUp(name, judging.out, Share.folders(shares));
            ReferenceImages references = references(prompts, judges, progress, evaluation, contestant, models);
            List<Judgement> judgements = evaluation.judged(name, pictures, judging.out, progress);
            EvaluationResult result = evaluation.result(judgements, references);
            references.training().ifPresent(training -> training.write(judging.out, judgements, pictures));
            Protocol protocol = Protocol.of(
                    prompts, List.of(request.seed()), List.of(contestant), judges, references, Version.text());
            Report report = Report.of(subject(request), result, references, protocol);
            Draft.write(judging.out.resolve("report.json"), report.json());
            spec.commandLine()
                    .getOut()
                    .println(judging.beside.map(report::beside).orElse(report).table());
        }
    }

    private PromptSet prompts() {
        if (judging.data.isPresent() && judging.prompts.isEmpty()) {
            String folder = judging.data.get().toString();
            return PromptSet.captions(folder, CaptionList.of(folder));
        }
        String named = judging.prompts.orElse("test:1000");
        if (judging.data.isPresent() && PromptSet.areScenes(named)) {
            throw new InvalidRequestException(
                    "--prompts %s are captions of scenes, not of %s; name a file or leave it out"
                            .formatted(named, judging.data.get()));
        }
        return PromptSet.named(named, judging.captions.map(CaptionChoice::parse));
    }

    private Judges judges() {
        if (judging.data.isPresent() && judging.reference.isPresent()) {
            throw new InvalidRequestException(
                    "--data and --reference both say what distances are measured to; name one");
        }
        if (judging.data.isPresent() && judging.judges.isEmpty()) {
            throw new InvalidRequestException(
                    "--data takes --judges: those that come with this program know scenes only;"
                            + " train a CLIP on your own pictures, or take published judges");
        }
        Path folder = judging.judges.orElseGet(EmbeddedModel::judges);
        List<FeatureKind> kinds =
                judging.features.stream().map(EvalCommand::kind).sorted().toList();
        if (!kinds.isEmpty()) {
            return Judges.open(folder, kinds);
        }
        JudgeFolder there = new JudgeFolder(folder);
        return judging.data.isEmpty()
                ? Judges.open(folder)
                : Judges.open(
                        folder,
                        Stream.of(FeatureKind.values())
                                .filter(kind -> kind != FeatureKind.ATTRIBUTES && there.has(kind.judge()))
                                .toList());
    }

    private static FeatureKind kind(String name) {
        return FeatureKind.of(name)
                .orElseThrow(() ->
                        new InvalidRequestException("--features %s is no judge that gives features; known are %s"
                                .formatted(
                                        name,
                                        Stream.of(FeatureKind.values())
                                                .map(FeatureKind::key)
                                                .collect(Collectors.joining(", ")))));
    }

    private ReferenceImages references(
            PromptSet prompts,
            Judges judges,
            LongConsumer progress,
            Evaluation evaluation,
            Contestant contestant,
            LoadedModel models) {
        if (judging.data.isPresent()) {
            return TrainingPictures.of(judging.data.get(), judges, judging.out, progress)
                    .references();
        }
        if (judging.reference.isPresent()) {
            ReferenceFeatures features =
                    ReferenceFeatures.of(judging.reference.get(), prompts, judges, judging.out, progress);
            features.write(judging.out.resolve("features.safetensors"), judges);
            return ReferenceImages.of(features);
        }
        return prompts.areScenes()
                ? evaluation.scenes(
                        autoencoder(contestant.model()),
                        images -> models.of(contestant, judging.batch).reconstruct(images),
                        judging.out,
                        progress)
                : ReferenceImages.NONE;
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
