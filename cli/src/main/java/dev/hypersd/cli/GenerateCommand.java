package dev.hypersd.cli;

import dev.hypersd.bulk.BatchDrawing;
import dev.hypersd.bulk.OutputPattern;
import dev.hypersd.bulk.PictureList;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageFormat;
import dev.hypersd.json.Json;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.LazyPipeline;
import dev.hypersd.pipeline.PictureFingerprint;
import dev.hypersd.prompt.Wildcards;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.ReadInfotext;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.Seeds;
import dev.hypersd.scene.ContactSheet;
import dev.hypersd.tensor.Engine;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code hypersd generate}, which draws pictures of a prompt. */
@Command(
        name = "generate",
        description = "Draw pictures of a prompt, or of all prompts of a file.",
        footer = {
            "",
            "Examples:",
            "  hypersd generate \"a lighthouse\" --model sd15 --lora Hyper-SD15-4steps-lora.safetensors",
            "  hypersd generate \"a fox\" --model sdxl --lora Hyper-SDXL-1step-lora.safetensors --steps 2 --eta 0.5 "
                    + "--seed 7",
            "  hypersd generate \"a fox\" --model fox.safetensors --config-from sd15 --count 4 --out 'fox-{seed}.png'",
            "  hypersd generate \"a fox in the snow\" --image fox.png --strength 0.6 --model sd15 --lora "
                    + "Hyper-SD15-4steps-lora.safetensors",
            "  hypersd generate \"a fox\" --control scribble --control-image drawing.png --model sd15",
            "  hypersd generate \"a fox\" --model sdxl --refiner sdxl-refiner --refiner-from 0.8",
            "  hypersd generate --like fox.png --seed 8 --out other.webp",
            "  hypersd generate --prompts prompts.jsonl --out pictures --batch 4",
            "  hypersd generate \"a fox\" --negative blurry --guidance 7.5 --sampler dpmpp_2m_karras --steps 25 "
                    + "--model sd15",
        })
final class GenerateCommand implements Callable<Integer>, PictureOptions.User {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPT", arity = "0..1", description = "What to draw.")
    private Optional<String> prompt = Optional.empty();

    @Option(
            names = "--like",
            paramLabel = "FILE",
            description = "Draw with the parameters of this picture, except for the options given here; the same "
                    + "options with another --seed vary it.")
    private Optional<Path> like = Optional.empty();

    @Option(
            names = "--wildcards",
            paramLabel = "DIR",
            description = "Put a line of DIR/name.txt in place of __name__ in the prompts, another one for each seed.")
    private Optional<Path> wildcards = Optional.empty();

    @ArgGroup(validate = false, heading = "%nModel%n")
    private final ModelOptions model = new ModelOptions();

    @ArgGroup(validate = false, heading = "%nRefiner%n")
    private final RefinerOptions refiner = new RefinerOptions();

    @Mixin
    private final PictureOptions picture = new PictureOptions();

    @ArgGroup(validate = false, heading = "%nOutput%n")
    private final OutputOptions output = new OutputOptions();

    @ArgGroup(validate = false, heading = "%nMany prompts%n")
    private final PromptsOptions prompts = new PromptsOptions();

    @Override
    public PictureOptions picture() {
        return picture;
    }

    /** Returns all options of the pictures; those of {@code --like} apply where no others are given. */
    GenerationOptions options() {
        GenerationOptions given = refiner.over(picture.options().over(model.options()));
        GenerationOptions.Builder options = given.toBuilder();
        prompt.ifPresent(options::prompt);
        output.count.ifPresent(options::count);
        Warnings warnings = new Warnings(spec.commandLine().getErr());
        return like.map(ReadInfotext::of)
                .map(read -> {
                    read.warnings().forEach(warnings::say);
                    return options.build().over(read.options());
                })
                .orElseGet(options::build);
    }

    @Override
    public Integer call() {
        return prompts.file.map(this::drawFile).orElseGet(this::drawPrompt);
    }

    /** Draws the prompts of a file; the exit code says whether all could be drawn. */
    private int drawFile(String file) {
        CommandLine command = spec.commandLine();
        if (prompt.isPresent() || output.sheet.isPresent()) {
            throw new ParameterException(
                    command,
                    "--prompts takes all prompts from its file: leave out %s"
                            .formatted(prompt.isPresent() ? "the prompt" : "--sheet"));
        }
        String out = output.pattern.orElseThrow(
                () -> new ParameterException(command, "say where the pictures of --prompts go: --out and a folder"));
        checkCounts(output.count.orElse(1));
        Warnings warnings = new Warnings(command.getErr());
        PictureList list = prompts.list(file, options(), warnings);
        Engine.start();
        ModelSource source = refiner.with(model.source());
        try (LazyPipeline pipeline = new LazyPipeline(source)) {
            BatchDrawing drawing = new BatchDrawing(
                    options -> filled(model.resolve(options, source)),
                    PictureFingerprint.of(source),
                    pipeline::get,
                    output.batch,
                    warnings::say);
            PromptsRun run = new PromptsRun(
                    list,
                    prompts.target(out),
                    command.getErr(),
                    (drawn, path) -> report(drawn.picture(), path, drawn.seconds()));
            return run.draw(drawing) ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private ResolvedOptions filled(ResolvedOptions resolved) {
        return new ResolvedOptions(filled(resolved.request()), resolved.preset(), resolved.warnings());
    }

    private int drawPrompt() {
        OutputPattern files = new OutputPattern(output.pattern.orElse("hypersd-{seed}.png"));
        GenerationOptions options = options();
        if (!options.has(dev.hypersd.request.Option.PROMPT)) {
            throw new ParameterException(
                    spec.commandLine(), "say what to draw: a prompt, --like and a picture, or --prompts and a file");
        }
        long firstSeed = options.get(dev.hypersd.request.Option.SEED).orElseGet(Seeds::random);
        int count = options.get(dev.hypersd.request.Option.COUNT).orElse(1);
        checkCounts(count);
        Seeds.checkRow(firstSeed, count);
        for (int i = 0; i < count; i++) {
            checkWritable(files.path(firstSeed + i, i + 1, count));
        }
        output.sheet.ifPresent(GenerateCommand::checkWritable);
        Engine.start();
        PrintWriter err = spec.commandLine().getErr();
        ModelSource source = refiner.with(model.source());
        ImageRequest request = model.request(options, source, err).toBuilder()
                .imagesPerPrompt(Math.min(output.batch, count))
                .seed(firstSeed)
                .build();
        List<ContactSheet.Entry> drawn = new ArrayList<>();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(source, filled(request))) {
            Warnings warnings = new Warnings(err);
            for (int done = 0; done < count; done += output.batch) {
                ImageRequest batch = request.toBuilder()
                        .imagesPerPrompt(Math.min(output.batch, count - done))
                        .seed(firstSeed + done)
                        .build();
                drawn.addAll(draw(pipeline, filled(batch), done, count, files, warnings));
            }
        }
        output.sheet.ifPresent(file -> sheet(drawn).write(file));
        return ExitCode.OK;
    }

    /** Returns {@code request} with its wildcards replaced, for each picture by its seed. */
    private ImageRequest filled(ImageRequest request) {
        return wildcards
                .map(folder -> request.toBuilder()
                        .prompts(IntStream.range(0, request.count())
                                .mapToObj(i -> request.promptOf(i)
                                        .map(text -> Wildcards.fill(text, folder, request.seed() + i)))
                                .toList())
                        .imagesPerPrompt(1)
                        .build())
                .orElse(request);
    }

    private void checkCounts(int count) {
        if (count < 1 || output.batch < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--count and --batch must be at least 1, not %d and %d".formatted(count, output.batch));
        }
    }

    /** Refuses a file that cannot be written, before anything is drawn. */
    private static void checkWritable(Path file) {
        ImageFormat.of(file);
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new InvalidRequestException("the folder of --out does not exist or cannot be written to: " + folder);
        }
        if (Files.isDirectory(file)) {
            throw new InvalidRequestException("--out names a directory, not a picture: " + file);
        }
    }

    /** Draws a contact sheet that is about as wide as high. */
    private static Image sheet(List<ContactSheet.Entry> drawn) {
        return ContactSheet.of(drawn, (int) Math.ceil(Math.sqrt(drawn.size())));
    }

    /** Draws pictures and returns them with their texts for a sheet. */
    private List<ContactSheet.Entry> draw(
            DiffusionPipeline pipeline,
            ImageRequest request,
            int done,
            int count,
            OutputPattern files,
            Warnings warnings) {
        long began = System.nanoTime();
        List<GeneratedImage> images;
        String title = count == 1 ? "drawing" : "picture %d of %d".formatted(done + 1, count);
        try (StepDisplay display = StepDisplay.on(spec.commandLine().getErr(), title, warnings)) {
            images = pipeline.generate(request, display);
        }
        double seconds = (System.nanoTime() - began) / 1e9 / images.size();
        IntStream.range(0, images.size()).forEach(i -> {
            GeneratedImage image = images.get(i);
            Path file = files.path(image.seed(), done + i + 1, count);
            image.save(file);
            report(image, file, seconds);
        });
        return images.stream()
                .map(image -> new ContactSheet.Entry(image.image(), Seeds.text(image.seed())))
                .toList();
    }

    private void report(GeneratedImage image, Path file, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            out.println(Json.MAPPER.writeValueAsString(Map.of(
                    "file", file.toString(),
                    "seed", Seeds.number(image.seed()),
                    "width", image.image().width(),
                    "height", image.image().height(),
                    "seconds", seconds,
                    "prompt", image.parameters().prompt(),
                    "settings", image.parameters().settings())));
        } else {
            out.println(file);
        }
    }
}
